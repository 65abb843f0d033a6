import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { SyncWriter } from '../../../src/baton/c1z/sync-writer.ts';
import { createSchema } from '../../../src/baton/c1z/tables/schema.ts';
import type { ListedGrant } from '../../../src/baton/messages/grant.ts';
import { assertSame, assertSameItems, discoveredAt, indexNames, openGrantDatabase } from './load/grant-database.ts';
import { courseGrants, entitlement, expandable, grant, resource, resourceType, syncToken } from './sample-records.ts';
import { c1zPlace, temporaryFolder } from './temporary-folder.ts';

/** A run in a new database of its own. */
async function startRun(t: TestContext, bulkLoad = true): Promise<{ db: DatabaseSync; sync: SyncWriter }> {
  const folder = await temporaryFolder(t);
  const db = openGrantDatabase(`${folder}/db`, 4096);
  const sync = new SyncWriter(
    { db, temporaryFolder: folder, bulkLoad, now: () => new Date(discoveredAt), onDelete: () => {} },
    { type: 'full' },
  );
  t.after(() => db.close());
  return { db, sync };
}

/** Whether grants bypass SQLite at the moment: then no transaction is open. */
function isLoading(db: DatabaseSync): boolean {
  return !db.isTransaction;
}

/** Writes pages of grants as a sync does. */
async function load(sync: SyncWriter, ...pages: readonly (readonly ListedGrant[])[]): Promise<void> {
  sync.startGrants();
  for (const page of pages) sync.putGrants(page);
  await sync.endGrants();
}

const course = resource('course', 'c1');

/** Grants with another name and, for each seventh one, an expansion: of duplicates one sees which is kept. */
function named(grants: readonly Grant[]): Grant[] {
  return grants.map((message, i) => ({
    ...message,
    principal: { ...(message.principal ?? resource('', '')), displayName: `name ${i}` },
    annotations: i % 7 === 0 ? [expandable(`e${i}`)] : [],
  }));
}

const some = courseGrants('c1', 2000);
const many = courseGrants('c2', 11_000);
const overflowing = grant(entitlement(course, 'x'.repeat(5000)), resource('user', 'u1'));
const plain = courseGrants('c3', 300).map((message): ListedGrant => {
  const { entitlement: of = entitlement(course, ''), principal } = message;
  return { entitlement: of, principalType: 'user', principal: principal?.id?.resource ?? '' };
});

/** Ids in order and principals in reverse: the index of the ids is loaded, those with principals are not. */
const crossed = some.map(
  (grant, i): Grant => ({
    ...grant,
    id: `grant ${String(i).padStart(6, '0')}`,
    principal: resource('user', `u${String(9999 - i)}`),
  }),
);

/** The pages of grants of a sync. */
const syncs: Record<string, (readonly ListedGrant[])[]> = {
  'in order': [some, many],
  'without any': [],
  'in empty pages': [[], [], []],
  'plain and as messages': [some, plain, courseGrants('c4', 300)],
  'with one that needs an overflow page': [some, [overflowing], many],
  'that begin with one that needs an overflow page': [[overflowing], some],
  'of which some indexes are loaded, then SQLite writes duplicates': [crossed, [overflowing], crossed],
  'in no order': [courseGrants('c2', 300), courseGrants('c1', 300)],
  'of a smaller kind after many in order': [many, some.slice(0, 100)],
  'of another kind after many in order': [many, some],
  'with duplicates side by side': [named(some.flatMap((grant) => [grant, grant]))],
  'with duplicates far apart': [named([...some, ...some])],
  'with one duplicate': [named([...some, ...some.slice(0, 1)])],
};
for (const [title, pages] of Object.entries(syncs)) {
  test(`grants ${title}: a bulk load leaves the same database as SQLite`, async (t) => {
    const written: DatabaseSync[] = [];
    for (const bulkLoad of [true, false]) {
      const { db, sync } = await startRun(t, bulkLoad);
      sync.startGrants();
      for (const page of pages) sync.putGrants(page);
      if (title === 'in order') assert.equal(isLoading(db), bulkLoad);
      await sync.endGrants();
      assert.equal(isLoading(db), false);
      sync.putResources([course]);
      await sync.end({ syncToken });
      for (const check of ['quick_check', 'integrity_check']) {
        assert.equal(db.prepare(`pragma ${check}`).get()?.[check], 'ok');
      }
      // The only difference between two runs of the same sync.
      db.exec(`update v1_grants set sync_id = ''`);
      written.push(db);
    }
    const [bulk, sqlite] = written as [DatabaseSync, DatabaseSync];
    assert.equal(indexNames(bulk).length, 7);
    assertSame(bulk, sqlite);
  });
}

test('of several grants with the same id the last one is kept, in the row of the first', async (t) => {
  const { sync } = await startRun(t);
  const grants = named([...some, ...some]);
  await load(sync, grants);
  const kept = new Map(grants.map((message) => [message.id, message]));
  assertSameItems(
    [...sync.records.allGrants()],
    some.map(({ id }) => ({ ...kept.get(id), annotations: [] })),
  );
});

test('loaded grants can be read, and others added', async (t) => {
  const { sync } = await startRun(t);
  await load(sync, some);
  assert.deepEqual(sync.records.grant(some[1]?.id ?? '')?.message, some[1]);
  const added = grant(entitlement(course, 'completed'), resource('user', 'late'));
  sync.putGrants([added, added]);
  await load(sync, courseGrants('c1', 10), courseGrants('c2', 10));
  await sync.end({ syncToken });
  assert.equal([...sync.records.allGrants()].length, 2011);
});

const others: Record<string, (sync: SyncWriter) => void> = {
  'resource types': (sync) => sync.putResourceTypes([resourceType('course')]),
  resources: (sync) => sync.putResources([resource('course', 'found')]),
  entitlements: (sync) => sync.putEntitlements([entitlement(course, 'completed')]),
};
for (const [what, put] of Object.entries(others)) {
  test(`${what} can be written while grants are loaded: SQLite writes the rest`, async (t) => {
    const { db, sync } = await startRun(t);
    sync.putResources([course]);
    sync.startGrants();
    sync.putGrants(some);
    assert.equal(isLoading(db), true);
    assert.deepEqual([...sync.records.allResources()], [course]);
    put(sync);
    assert.equal(isLoading(db), false);
    sync.putGrants(many);
    put(sync);
    await sync.endGrants();
    await sync.end({ syncToken });
    assert.equal([...sync.records.allGrants()].length, 13_000);
    assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
    const rows = [sync.records.resourceTypes(), sync.records.resources(), sync.records.entitlements()].flat();
    assert.equal(rows.length, 2);
  });
}

test('the end of a run ends the load of its grants', async (t) => {
  const { db, sync } = await startRun(t);
  sync.startGrants();
  sync.putGrants(some);
  assert.equal((await sync.end({ syncToken })).grants, 2000);
  assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
});

test('a checkpoint is stored, except while grants bypass SQLite', async (t) => {
  const { db, sync } = await startRun(t);
  const token = () => db.prepare('select sync_token from v1_sync_runs').get()?.sync_token;
  sync.checkpoint('before');
  sync.startGrants();
  sync.putGrants(some);
  sync.checkpoint('meanwhile');
  assert.equal(token(), 'before');
  await sync.endGrants();
  sync.checkpoint('after');
  assert.equal(token(), 'after');
});

/** The files below a folder that this process has open, on Linux. */
function openFiles(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  const targets = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  return targets.filter((target) => target.startsWith(folder));
}

test('a sync that fails while grants are loaded leaves nothing, and no open file', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  const file = await openC1z(path, { temporaryFolder });
  const sync = file.startSync({ type: 'full' });
  sync.startGrants();
  sync.putGrants(some);
  if (process.platform === 'linux') assert.equal(openFiles(temporaryFolder).length, 3);
  await file.close();
  assert.deepEqual([readdirSync(temporaryFolder), openFiles(temporaryFolder)], [[], []]);
});

for (const inLoad of [true, false]) {
  test(`building the indexes stops when aborted ${inLoad ? 'at the end of a load' : 'at the end of a run'}`, async (t) => {
    const { path, temporaryFolder } = await c1zPlace(t);
    await using file = await openC1z(path, { temporaryFolder, bulkLoad: inLoad });
    const sync = file.startSync({ type: 'full' });
    const stop = new AbortController();
    sync.startGrants();
    sync.putGrants(many);
    if (!inLoad) await sync.endGrants();
    stop.abort(new Error('stop'));
    const ending = inLoad ? sync.endGrants(stop.signal) : sync.end({ syncToken, signal: stop.signal });
    await assert.rejects(ending, /stop/);
  });
}

test('syncs are added to a file whose grants were loaded, and old ones pruned', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  for (const users of [2000, 30, 2500]) {
    const file = await openC1z(path, { temporaryFolder });
    const sync = file.startSync({ type: 'full' });
    await load(sync, courseGrants('c1', users));
    sync.prune(2);
    await sync.end({ syncToken });
    await file.save();
  }
  await using reader = await readC1z(path, { temporaryFolder });
  const counts = reader.runs().map(({ syncId }) => [...reader.records(syncId).allGrants()].length);
  assert.deepEqual(counts, [30, 2500]);
});

test('a run without grants has the indexes too', async (t) => {
  const { db, sync } = await startRun(t);
  await sync.end({ syncToken });
  using model = new DatabaseSync(':memory:');
  createSchema(model);
  assert.deepEqual(indexNames(db), indexNames(model));
});
