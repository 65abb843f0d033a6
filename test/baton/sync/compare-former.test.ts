import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { Code } from '../../../src/baton/author/service-error.ts';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { countChanges } from '../../../src/baton/sync/compare-former.ts';
import { wholeSync } from '../../../src/baton/sync/sync-context.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import { type SyncToFileOptions, syncToFile } from '../../../src/baton/sync/sync-to-file.ts';
import { createLibrary, type LibraryOptions } from '../library-connector.ts';

async function startFile(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'compare-former-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const temporaryFolder = join(folder, 'tmp');
  await mkdir(temporaryFolder);
  const path = join(folder, 'sync.c1z');
  const sync = (library: LibraryOptions, options: Partial<SyncToFileOptions> = {}) =>
    syncToFile({
      path,
      temporaryFolder,
      keptFullSyncs: 2,
      services: createConnectorServices(createLibrary(library).connector, { provisioning: false, ticketing: false }),
      logger: pino({ level: 'silent' }),
      observer: new SyncTally(() => {}),
      signal: new AbortController().signal,
      ...wholeSync,
      compare: { maxRemovedShare: undefined },
      ...options,
    });
  return { path, temporaryFolder, sync };
}

test('a sync is compared with the one before it', async (t) => {
  const { sync } = await startFile(t);
  assert.equal((await sync({ readers: 3, books: 2, readersOfBook: 2 })).changes, undefined);
  const same = await sync({ readers: 3, books: 2, readersOfBook: 2 });
  assert.deepEqual(same.changes?.lines, ['Nothing changed']);
  const { changes } = await sync({ readers: 4, books: 1, readersOfBook: 1 });
  assert.deepEqual(changes?.lines, ['reader: 1 joined', 'book: 1 removed', 'book borrowed: 3 lost']);
  assert.equal(changes.counts.revoked, 3);
  assert.equal(changes.counts.grantsBefore, 4);
});

test('a file that keeps one sync is compared all the same, and then keeps one', async (t) => {
  const { path, sync } = await startFile(t);
  const { syncId: first } = await sync({}, { keptFullSyncs: 1 });
  const { syncId, changes, prunedSyncIds } = await sync({ readers: 4 }, { keptFullSyncs: 1 });
  assert.deepEqual(changes?.lines, ['reader: 1 joined']);
  assert.deepEqual(prunedSyncIds, [first]);
  await using file = await readC1z(path);
  assert.deepEqual(
    file.runs().map((run) => run.syncId),
    [syncId],
  );
  assert.equal([...file.records(undefined).allGrants()].length, 4);
});

test('a sync that removes more than the allowed share fails, and leaves the file and nothing else', async (t) => {
  const { path, temporaryFolder, sync } = await startFile(t);
  await sync({ readers: 10, books: 1, readersOfBook: 10 });
  const before = await readFile(path);
  let isKept = false;
  const compare = { maxRemovedShare: 0.3 };
  const resume = {
    identity: '',
    mayContinue: true,
    onKept: () => {
      isKept = true;
    },
  };
  await assert.rejects(sync({ readers: 10, books: 1, readersOfBook: 6 }, { compare, resume }), {
    reason: 'too_many_removed',
    code: Code.FailedPrecondition,
    rawMessage:
      'the sync would remove 4 of 10 grants (40%), more than --max-removed 30% allows, so it is discarded. Does the application return all of its data? If they are really gone, sync once without --max-removed',
  });
  assert.ok((await readFile(path)).equals(before));
  assert.equal(isKept, false);
  assert.deepEqual(await readdir(temporaryFolder), []);
  // Exactly as many as are allowed.
  assert.equal((await sync({ readers: 10, books: 1, readersOfBook: 7 }, { compare })).changes?.counts.revoked, 3);
});

test('a sync of some resource types is compared with what the one before has of them', async (t) => {
  const { sync } = await startFile(t);
  await sync({ readers: 10, books: 2, readersOfBook: 10 });
  const compare = { maxRemovedShare: 0.3 };
  const readers = await sync({ readers: 9, books: 0, readersOfBook: 0 }, { compare, resourceTypeIds: ['reader'] });
  assert.deepEqual(readers.changes?.lines, ['reader: 1 left']);
  assert.deepEqual([readers.changes?.counts.revoked, readers.changes?.counts.grantsBefore], [0, 0]);
  const { sync: syncBooks } = await startFile(t);
  await syncBooks({ readers: 10, books: 2, readersOfBook: 10 });
  // Without the readers, it has no grants to them.
  const books = await syncBooks({ readers: 10, books: 2, readersOfBook: 10 }, { compare, resourceTypeIds: ['book'] });
  assert.deepEqual([books.changes?.lines, books.changes?.counts.grantsBefore], [['Nothing changed'], 0]);
});

test('a sync of all types by their names is held to the limit', async (t) => {
  const { sync } = await startFile(t);
  await sync({ readers: 10, books: 2, readersOfBook: 10 });
  const options = { compare: { maxRemovedShare: 0.3 }, resourceTypeIds: ['book', 'reader'] };
  await assert.rejects(sync({ readers: 10, books: 1, readersOfBook: 10 }, options), {
    reason: 'too_many_removed',
    rawMessage: /would remove 10 of 20 grants/,
  });
});

test('a sync that lists less on purpose is not compared, nor is the first one: the log says so if there is a limit', async (t) => {
  const { path, sync } = await startFile(t);
  const reasons: string[] = [];
  const logger = pino({}, { write: (line: string) => void reasons.push(JSON.parse(line).reason) });
  await sync({}, { logger });
  assert.deepEqual(reasons, []);
  const compare = { maxRemovedShare: 0 };
  for (const options of [{ isEmpty: true }, { skipEntitlementsAndGrants: true }]) {
    assert.equal((await sync({}, { compare, logger, ...options })).changes, undefined);
  }
  await sync({}, { compare, logger });
  await rm(path);
  await sync({}, { compare, logger });
  const incomplete = 'it does not list all grants';
  assert.deepEqual(reasons, [incomplete, incomplete, `${path} has no earlier full sync`]);
});

test('a comparison lets other work go on, and ends with its signal at any step', async (t) => {
  const { path, temporaryFolder, sync } = await startFile(t);
  await sync({ readers: 200, books: 110, readersOfBook: 190 });
  await sync({ readers: 200, books: 55, readersOfBook: 190 });
  await using file = await openC1z(path, { temporaryFolder });
  const [former, later] = file.runs();
  assert.ok(former && later);
  const count = (signal: AbortSignal) => countChanges(file, former, later.syncId, [], signal);
  for (const turns of [1, 3, 10]) {
    const stopping = new AbortController();
    const counting = assert.rejects(count(stopping.signal), (error) => error === stopping.signal.reason);
    for (let turn = 0; turn < turns; turn++) await setImmediate();
    stopping.abort();
    await counting;
    assert.deepEqual(file.database.prepare('select name from sqlite_temp_master').all(), []);
  }
  const { counts } = await count(new AbortController().signal);
  assert.deepEqual([counts.revoked, counts.grantsBefore], [55 * 190, 110 * 190]);
});
