import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import { WatchedFiles } from '../../../src/baton/server/watched-files.ts';
import { until } from './until.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly error?: string;
}

/** Watches a file that must not be empty. */
async function watch(t: TestContext, path: string) {
  const lines: Line[] = [];
  const changes: string[] = [];
  const files = await WatchedFiles.open({
    name: 'greeting',
    paths: [path],
    logger: pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) }),
    intervalMs: 1,
    read: async () => {
      const text = await readFile(path, 'utf8');
      if (text === '') throw new Error('it is empty');
      return text;
    },
  });
  files.onChange = (value) => void changes.push(value);
  t.after(() => files.close());
  return { files, lines, changes };
}

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'watched-files-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('a changed file is read again, and a line says so', async (t) => {
  const path = join(await createFolder(t), 'file');
  await writeFile(path, 'hello');
  const { files, lines, changes } = await watch(t, path);
  assert.equal(files.value, 'hello');
  await writeFile(`${path}.new`, 'hi');
  await rename(`${path}.new`, path);
  await until('a line', () => lines.length > 0);
  assert.equal(files.value, 'hi');
  assert.deepEqual(changes, ['hi']);
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [[30, 'read the changed greeting']],
  );
});

test('a file that cannot be used leaves the old value, with one error, and is read when it is repaired', async (t) => {
  const path = join(await createFolder(t), 'file');
  await writeFile(path, 'hello');
  const { files, lines, changes } = await watch(t, path);
  await writeFile(path, '');
  await until('a line', () => lines.length > 0);
  assert.equal(files.value, 'hello');
  assert.deepEqual(
    [lines[0]?.level, lines[0]?.msg],
    [50, 'cannot use the changed greeting; still using the previous contents'],
  );
  assert.match(lines[0]?.error ?? '', /it is empty/);
  await rm(path);
  await until('a second line', () => lines.length > 1);
  assert.match(lines[1]?.error ?? '', /ENOENT/);
  await writeFile(`${path}.new`, 'again');
  await rename(`${path}.new`, path);
  await until('the repaired file', () => files.value === 'again');
  assert.deepEqual(changes, ['again']);
});

test('a link that comes to lead elsewhere is a change, as in a volume of Kubernetes', async (t) => {
  const folder = await createFolder(t);
  for (const name of ['one', 'two']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'file'), name);
  }
  await symlink('one', join(folder, 'data'));
  await symlink(join('data', 'file'), join(folder, 'file'));
  const { files } = await watch(t, join(folder, 'file'));
  assert.equal(files.value, 'one');
  await symlink('two', join(folder, 'data.new'));
  await rename(join(folder, 'data.new'), join(folder, 'data'));
  await until('the other file', () => files.value === 'two');
});

test('a file that is unusable from the start is an error', async (t) => {
  const path = join(await createFolder(t), 'file');
  await writeFile(path, '');
  await assert.rejects(watch(t, path), { message: 'it is empty' });
});
