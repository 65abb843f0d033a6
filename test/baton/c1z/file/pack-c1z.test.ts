import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { openC1z } from '../../../../src/baton/c1z/c1z-file.ts';
import { readC1z } from '../../../../src/baton/c1z/c1z-reader.ts';
import { packC1z } from '../../../../src/baton/c1z/file/pack-c1z.ts';
import { addFullRun } from '../sample-records.ts';
import { ageTemporaryFolders, c1zPlace, temporaryFolder } from '../temporary-folder.ts';

interface Place {
  readonly path: string;
  readonly folder: string;
  readonly temporaryFolder: string;
}

/** A place with a file of one run. */
async function formerFile(t: TestContext): Promise<Place & { former: Buffer }> {
  const place = await c1zPlace(t);
  const file = await openC1z(place.path, place);
  await addFullRun(file);
  await file.save();
  return { ...place, former: await readFile(place.path) };
}

async function assertUntouched({ path, folder, temporaryFolder, former }: Place & { former: Buffer }): Promise<void> {
  assert.ok((await readFile(path)).equals(former), 'the file has changed');
  assert.deepEqual(await readdir(folder), ['sync.c1z', 'temporary']);
  assert.deepEqual(await readdir(temporaryFolder), []);
}

/** Whether the new file has begun to be written. */
function isWritten({ folder }: Place): boolean {
  return readdirSync(folder).some((name) => name.endsWith('.tmp'));
}

/** Runs a program that ends itself as told, in a place with a file. @returns what it printed, and how it ended */
function runChild(place: Place, body: string): { output: string; signal: NodeJS.Signals | null } {
  const modules = {
    openC1z: new URL('../../../../src/baton/c1z/c1z-file.ts', import.meta.url),
    'addFullRun, courseGrants': new URL('../sample-records.ts', import.meta.url),
  };
  const script = `
    import { chmodSync, readdirSync } from 'node:fs';
    import { spawnSync } from 'node:child_process';
    ${Object.entries(modules)
      .map(([name, url]) => `import { ${name} } from '${url}';`)
      .join('\n')}
    const { path, folder, temporaryFolder } = ${JSON.stringify(place)};
    const file = await openC1z(path, { temporaryFolder });
    ${body}`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  return { output: child.stdout + child.stderr, signal: child.signal };
}

test('a file is a magic number and one zstd frame with the size and the checksum of the database', async (t) => {
  const folder = await temporaryFolder(t);
  const database = Buffer.alloc(3_000_000, 'some database ');
  await writeFile(join(folder, 'db'), database);
  const path = join(folder, 'sync.c1z');
  const saved = await packC1z(join(folder, 'db'), path);

  const bytes = await readFile(path);
  assert.deepEqual(saved, { path, fileBytes: bytes.length, databaseBytes: database.length });
  assert.equal(bytes.subarray(0, 5).toString('latin1'), 'C1ZF\0');
  const frame = bytes.subarray(5);
  assert.equal(frame.readUInt32LE(0), 0xfd2fb528);
  const descriptor = frame.readUInt8(4);
  assert.equal(descriptor & 0b100, 0b100, 'content checksum');
  assert.equal(descriptor >> 6, 2, 'content size in four bytes');
  assert.ok(frame.subarray(5, 10).includes(Buffer.from(Uint32Array.of(database.length).buffer)));
  assert.ok(zstdDecompressSync(frame).equals(database));
  assert.equal((await stat(path)).mode & 0o777, 0o600, 'it has the names of people');
});

test('an aborted save leaves the former file, and nothing else', async (t) => {
  const place = await formerFile(t);
  const file = await openC1z(place.path, place);
  await addFullRun(file, 3000);
  await assert.rejects(file.save({ signal: AbortSignal.abort(new Error('stop')) }), /stop/);
  await assertUntouched(place);
});

test('a save that is aborted half way leaves the former file, and nothing else', async (t) => {
  const place = await formerFile(t);
  const file = await openC1z(place.path, place);
  await addFullRun(file, 20_000);
  const controller = new AbortController();
  let ended = false;
  const saved = file.save({ signal: controller.signal }).finally(() => {
    ended = true;
  });
  while (!ended && !isWritten(place)) await new Promise(setImmediate);
  controller.abort();
  await assert.rejects(saved, { name: 'AbortError' });
  await assertUntouched(place);
});

test('a process that is killed while it saves leaves the former file, and the next one cleans up', async (t) => {
  const place = await formerFile(t);
  const { output, signal } = runChild(
    place,
    `await addFullRun(file, 20_000);
    let ended = false;
    const saving = file.save().finally(() => { ended = true; });
    while (!ended && !readdirSync(folder).some((name) => name.endsWith('.tmp'))) await new Promise(setImmediate);
    process.kill(process.pid, 'SIGKILL');`,
  );
  assert.equal(signal, 'SIGKILL', output);
  assert.ok((await readFile(place.path)).equals(place.former), 'the file has changed');
  const left = (await readdir(place.folder)).map((name) => name.replace(/[0-9a-f]{16}/, 'X'));
  assert.deepEqual(left, ['sync.c1z', 'sync.c1z.X.tmp', 'sync.c1z.lock', 'temporary']);
  assert.equal((await readdir(place.temporaryFolder)).length, 1);
  await ageTemporaryFolders(place.temporaryFolder);

  const file = await openC1z(place.path, place);
  await addFullRun(file);
  await file.save();
  assert.deepEqual(await readdir(place.folder), ['sync.c1z', 'temporary']);
  assert.deepEqual(await readdir(place.temporaryFolder), []);
  await using reader = await readC1z(place.path, place);
  assert.equal(reader.runs().length, 2);
});

test('a process that is killed while it writes rows leaves the former file', async (t) => {
  const place = await formerFile(t);
  const { output, signal } = runChild(place, `await addFullRun(file, 500); process.kill(process.pid, 'SIGKILL');`);
  assert.equal(signal, 'SIGKILL', output);
  assert.ok((await readFile(place.path)).equals(place.former), 'the file has changed');
  assert.deepEqual(await readdir(place.folder), ['sync.c1z', 'sync.c1z.lock', 'temporary']);
  await ageTemporaryFolders(place.temporaryFolder);
  await (await openC1z(place.path, place)).close();
  await assertUntouched(place);
});

test('a file with the mode of a group keeps it', async (t) => {
  const place = await formerFile(t);
  await chmod(place.path, 0o664);
  const file = await openC1z(place.path, place);
  await addFullRun(file);
  await file.save();
  assert.equal((await stat(place.path)).mode & 0o777, 0o664);
});

test('a file that another program changes meanwhile is left alone', async (t) => {
  const place = await formerFile(t);
  const file = await openC1z(place.path, place);
  await addFullRun(file);
  await writeFile(place.path, 'changed');
  await assert.rejects(file.save(), { reason: 'file_changed', message: /was changed by another program/ });
  assert.equal(await readFile(place.path, 'utf8'), 'changed');
  await assertUntouched({ ...place, former: Buffer.from('changed') });
});

test('a pipe, a device or a folder is refused at once', {
  skip: spawnSync('mkfifo', ['--version']).status === 0 ? false : 'no mkfifo',
}, async (t) => {
  const place = await c1zPlace(t);
  const pipe = join(place.folder, 'pipe');
  spawnSync('mkfifo', [pipe]);
  for (const path of [pipe, '/dev/null', place.folder]) {
    await assert.rejects(openC1z(path, place), {
      reason: 'unusable_path',
      message: /is (not a regular file|a folder); name /,
    });
    await assert.rejects(readC1z(path, place), { reason: 'unusable_path' });
  }
  assert.deepEqual(await readdir(place.temporaryFolder), []);
});

test('a folder that vanished fails the save', async (t) => {
  const place = await c1zPlace(t);
  const target = join(place.folder, 'target');
  await mkdir(target);
  const file = await openC1z(join(target, 'sync.c1z'), place);
  await addFullRun(file);
  await rm(target, { recursive: true });
  await assert.rejects(file.save(), { reason: 'unusable_path', message: /ENOENT/ });
  assert.deepEqual(await readdir(place.temporaryFolder), []);
});

test('a folder that cannot be used is named before the sync begins', async (t) => {
  const place = await c1zPlace(t);
  await writeFile(join(place.folder, 'file'), '');
  for (const folder of ['missing', 'file']) {
    const path = join(place.folder, folder, 'sync.c1z');
    await assert.rejects(openC1z(path, place), {
      reason: 'unusable_path',
      message: new RegExp(`cannot write.*${folder}`),
    });
  }
  assert.deepEqual(await readdir(place.temporaryFolder), []);
});

test('a folder without write permission is named before the sync begins', async (t) => {
  const place = await formerFile(t);
  const { output } = runChild(
    place,
    `await file.close();
    chmodSync(folder, 0o555);
    // Permissions do not hold for root. This is "nobody".
    if (process.getuid?.() === 0) process.setuid(65534);
    await openC1z(path, { temporaryFolder }).catch((error) => console.log(error.reason, error.message));`,
  );
  await chmod(place.folder, 0o755);
  assert.match(output, /^unusable_path cannot write .*sync\.c1z to the folder .*EACCES/);
  await assertUntouched(place);
});

const canLimit = spawnSync('prlimit', ['--version']).status === 0;

test('a disk that is full fails the save with the file unchanged', {
  skip: canLimit ? false : 'no prlimit to limit the size of files with',
}, async (t) => {
  const place = await formerFile(t);
  const { output } = runChild(
    place,
    `await addFullRun(file, 20_000);
    let ended = false;
    const saving = file.save().catch((error) => console.log(error.reason, error.message));
    saving.finally(() => { ended = true; });
    while (!ended && !readdirSync(folder).some((name) => name.endsWith('.tmp'))) await new Promise(setImmediate);
    spawnSync('prlimit', ['--pid', String(process.pid), '--fsize=1000']);
    await saving;`,
  );
  assert.match(output, /^unusable_path cannot write .*sync\.c1z, which is unchanged: EFBIG/);
  await assertUntouched(place);
});

test('a temporary folder that is full is named, and where another can be given', {
  skip: canLimit ? false : 'no prlimit to limit the size of files with',
}, async (t) => {
  const place = await formerFile(t);
  const { output } = runChild(
    place,
    `spawnSync('prlimit', ['--pid', String(process.pid), '--fsize=1000000']);
    await addFullRun(file, 200_000).catch((error) => console.log(error.reason, error.message));
    await file.close();`,
  );
  assert.match(output, /^temporary_storage cannot write temporary files in .*temporary: .*--c1z-temp-dir/);
  await assertUntouched(place);
});

test('a temporary folder that becomes full while the grants of a new file are written is named, and the sync fails', {
  skip: canLimit ? false : 'no prlimit to limit the size of files with',
}, async (t) => {
  const place = await c1zPlace(t);
  const { output } = runChild(
    place,
    `spawnSync('prlimit', ['--pid', String(process.pid), '--fsize=5000000']);
    const sync = file.startSync({ type: 'full' });
    sync.startGrants();
    try {
      sync.putGrants(courseGrants('c1', 20_000));
      await sync.endGrants();
    } catch (error) {
      console.log(error.reason, error.message);
    }
    await sync.end({ syncToken: '' }).catch((error) => console.log(error.message));
    await file.close();`,
  );
  const failure = /^temporary_storage cannot write temporary files in .*temporary: EFBIG.*--c1z-temp-dir/;
  const lines = output.trim().split('\n');
  assert.equal(lines.length, 2, output);
  assert.match(lines[0] ?? '', failure);
  assert.match(lines[1] ?? '', /has failed/);
  assert.deepEqual(await readdir(place.folder), ['temporary']);
  assert.deepEqual(await readdir(place.temporaryFolder), []);
});
