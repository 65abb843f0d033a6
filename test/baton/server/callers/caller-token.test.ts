import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readCallerToken } from '../../../../src/baton/server/callers/caller-token.ts';

const token = 'x7.Q-_~+/'.repeat(4);

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'caller-token-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function write(t: TestContext, text: string, mode = 0o600): Promise<string> {
  const path = join(await createFolder(t), 'token');
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

async function assertUnusable(path: string, fault: string) {
  await assert.rejects(readCallerToken(path), {
    name: 'UsageError',
    message: `the caller token file ${path} ${fault}`,
  });
}

test('a token is read without the white space around it', async (t) => {
  assert.equal(await readCallerToken(await write(t, `  ${token}==\r\n\n`)), `${token}==`);
});

test('the group of the file may read it, everyone may not', async (t) => {
  assert.equal(await readCallerToken(await write(t, token, 0o640)), token);
  await assertUnusable(
    await write(t, token, 0o644),
    'is readable by every user of this machine: run chmod o-rwx on it',
  );
});

test('a token of 32 characters is long enough, and one of 31 is not', async (t) => {
  assert.equal((await readCallerToken(await write(t, token.slice(0, 32)))).length, 32);
  for (const text of [token.slice(0, 31), '', `${' '.repeat(40)}\n`]) {
    const fault = 'must contain at least 32 characters, such as from openssl rand -hex 32';
    await assertUnusable(await write(t, text), fault);
  }
});

test('a token that no header can have is refused, and not shown', async (t) => {
  for (const text of [`${token} ${token}`, `${token}\n${token}`, `${token}é`, `"${token}"`, `${token}=${token}`]) {
    const fault = 'must contain one line of letters, digits and -._~+/=, such as from openssl rand -hex 32';
    await assertUnusable(await write(t, text), fault);
  }
});

test('what is not a small regular file is refused', async (t) => {
  const folder = await createFolder(t);
  await assertUnusable(join(folder, 'missing'), 'cannot be read: no such file');
  await assertUnusable(folder, 'is not a regular file');
  await assertUnusable(await write(t, token.repeat(200)), 'is larger than 4096 bytes');
  const pipe = join(folder, 'pipe');
  if (spawnSync('mkfifo', ['-m', '600', pipe]).status === 0) await assertUnusable(pipe, 'is not a regular file');
});
