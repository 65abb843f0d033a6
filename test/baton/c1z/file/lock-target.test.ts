import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openC1z } from '../../../../src/baton/c1z/c1z-file.ts';
import { lockTarget } from '../../../../src/baton/c1z/file/lock-target.ts';
import { Waits } from '../../../../src/baton/net/waits.ts';
import { addFullRun } from '../sample-records.ts';
import { ageTemporaryFolders, c1zPlace } from '../temporary-folder.ts';

type Place = Awaited<ReturnType<typeof c1zPlace>>;

/** A process that has a file open until it is killed. */
async function startHolder(t: TestContext, { path, temporaryFolder }: Place) {
  const script = `
    const { openC1z } = await import('${new URL('../../../../src/baton/c1z/c1z-file.ts', import.meta.url)}');
    globalThis.file = await openC1z(${JSON.stringify(path)}, ${JSON.stringify({ temporaryFolder })});
    console.log('open');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('a file that another process writes is refused, with its id, until that one is killed', async (t) => {
  const place = await c1zPlace(t);
  const child = await startHolder(t, place);
  await assert.rejects(openC1z(place.path, place), {
    reason: 'file_locked',
    message: new RegExp(`another sync writes .*sync\\.c1z \\(process ${child.pid} on `),
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await ageTemporaryFolders(place.temporaryFolder);
  const file = await openC1z(place.path, place);
  await addFullRun(file);
  await file.save();
  assert.deepEqual(await readdir(place.folder), ['sync.c1z', 'temporary']);
  assert.deepEqual(await readdir(place.temporaryFolder), []);
});

test('a second attempt of the same process does not end the lock for other processes', async (t) => {
  const place = await c1zPlace(t);
  await using _ = await openC1z(place.path, place);
  await assert.rejects(openC1z(place.path, place), { reason: 'file_locked' });
  const script = `
    const { FileLock } = await import('${new URL('../../../../src/baton/c1z/file/file-lock.ts', import.meta.url)}');
    console.log(FileLock.take(${JSON.stringify(`${place.path}.lock`)})?.pid);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  assert.equal(stdout, `${process.pid}\n`, stderr);
});

test('a second sync waits for the first one if asked to, says so once, and then has both runs', async (t) => {
  const place = await c1zPlace(t);
  const first = await openC1z(place.path, place);
  const waited: number[] = [];
  const isWaiting = Promise.withResolvers<void>();
  const waits = new Waits();
  const opening = openC1z(place.path, {
    ...place,
    waits,
    onWait: ({ pid }) => {
      waited.push(pid);
      isWaiting.resolve();
    },
  });
  await isWaiting.promise;
  const [wait] = waits.list();
  assert.equal(wait?.what, `waiting for another sync that writes ${place.path}`);
  assert.match(wait?.state ?? '', new RegExp(`^process ${process.pid} on `));
  await addFullRun(first);
  await first.save();
  await using second = await opening;
  assert.deepEqual(waited, [process.pid]);
  assert.deepEqual(waits.list(), []);
  assert.equal(second.runs().length, 1);
});

test('waiting ends with the signal', async (t) => {
  const place = await c1zPlace(t);
  await using _ = await openC1z(place.path, place);
  const stop = new AbortController();
  const onWait = () => stop.abort(new Error('stop'));
  await assert.rejects(openC1z(place.path, { ...place, onWait, signal: stop.signal }), /stop/);
});

test('only the owner of a lock can open it', async (t) => {
  const { path } = await c1zPlace(t);
  using _ = await lockTarget(path, {});
  assert.equal((await stat(`${path}.lock`)).mode & 0o777, 0o600);
});

test('a file system without locks is a warning', async (t) => {
  const { path, folder } = await c1zPlace(t);
  await writeFile(join(folder, 'sync.c1z.lock'), 'something else, longer than the header of a database '.repeat(20));
  const warnings: string[] = [];
  const lock = await lockTarget(path, { onWarning: (message) => warnings.push(message) });
  assert.equal(lock, undefined);
  assert.match(warnings.join(), /cannot lock .*not a database.*make sure that no other sync writes it/);
});

test('syncs that begin at the same time get the lock one after the other', async (t) => {
  const { path } = await c1zPlace(t);
  let holders = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      using lock = await lockTarget(path, { onWait: () => {} });
      most = Math.max(most, ++holders);
      await new Promise(setImmediate);
      holders--;
      assert.ok(lock);
    }),
  );
  assert.equal(most, 1);
});
