import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { c1zMagic } from '../../../src/baton/c1z/file/envelope.ts';
import { unpackC1z } from '../../../src/baton/c1z/file/unpack-c1z.ts';
import { readSchema } from './read-schema.ts';
import {
  addFullRun,
  courseGrants,
  entitlement,
  expandable,
  grant,
  resource,
  resourceId,
  resourceType,
  syncToken,
} from './sample-records.ts';
import { c1zPlace } from './temporary-folder.ts';

/** Opens the database inside of a .c1z file. */
async function databaseOf(t: TestContext, path: string): Promise<DatabaseSync> {
  const databasePath = join(dirname(path), 'database');
  assert.equal(await unpackC1z(path, databasePath, { maxDatabaseBytes: 1e9 }), true);
  const db = new DatabaseSync(databasePath);
  t.after(() => db.close());
  return db;
}

test('what was written to a new file is read back', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  const user = resource('user', 'u1', { profile: { login: 'u1' } });
  const group = resource('group', 'g1', { parentResourceId: resourceId('org', 'o1') });
  const member = entitlement(group, 'member');
  const grants = [grant(member, user), grant(member, group, [expandable('group:g2:member')])];

  const file = await openC1z(path, { temporaryFolder });
  const sync = file.startSync({ type: 'full' });
  sync.putResourceTypes([resourceType('user'), resourceType('group')]);
  sync.putResources([user, group]);
  sync.putEntitlements([member]);
  sync.putGrants(grants);
  const stats = await sync.end({ syncToken, supportsDiff: true });
  const saved = await file.save();

  await using reader = await readC1z(path, { temporaryFolder });
  const [run] = reader.runs();
  assert.deepEqual(
    { ...run, startedAt: undefined, endedAt: undefined },
    {
      syncId: sync.syncId,
      type: 'full',
      startedAt: undefined,
      endedAt: undefined,
      syncToken,
      parentSyncId: '',
      linkedSyncId: '',
      supportsDiff: true,
      stats,
    },
  );
  assert.deepEqual(
    [stats.resourceTypes, stats.resources, stats.entitlements, stats.grants, stats.grantsByType.get('group')],
    [2, 2, 1, 2, 2],
  );
  const records = reader.records(sync.syncId);
  assert.deepEqual([...records.allResourceTypes()], [resourceType('user'), resourceType('group')]);
  assert.deepEqual([...records.allResources()], [user, group]);
  assert.deepEqual([...records.allEntitlements()], [member]);
  assert.deepEqual([...records.allGrants()], [grants[0], grant(member, group)]);
  assert.deepEqual([saved.path, saved.fileBytes], [path, (await readFile(path)).length]);
});

test('the file holds the schema of the Go SDK, and rows with the columns that Go writes', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  const now = () => new Date(2026, 10, 23, 15, 27, 4, 460);
  const file = await openC1z(path, { temporaryFolder, now });
  const sync = file.startSync({ type: 'partial', parentSyncId: 'p'.repeat(27) });
  sync.putResources([resource('user', 'u1'), resource('group', 'a:b', { parentResourceId: resourceId('org', 'o1') })]);
  await sync.end({ syncToken });
  await file.save();

  const db = await databaseOf(t, path);
  assert.deepEqual(readSchema(db), JSON.parse(await readFile(new URL('go-schema.json', import.meta.url), 'utf8')));
  assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
  const { stats, ...run } = { ...db.prepare('select * from v1_sync_runs').get() };
  assert.deepEqual(run, {
    id: 1,
    sync_id: sync.syncId,
    started_at: '2026-11-23 15:27:04.46',
    ended_at: '2026-11-23 15:27:04.46',
    sync_token: syncToken,
    sync_type: 'partial',
    parent_sync_id: 'p'.repeat(27),
    linked_sync_id: '',
    supports_diff: 0,
    grants_backfilled: 1,
    ingest_invariant_generation: '',
    ingest_invariant_coverage: '',
    ingest_invariant_mode: '',
  });
  assert.equal(stats, '{}', 'resources of types that are not listed are not counted');
  const resources = db.prepare('select * from v1_resources order by id').all();
  assert.deepEqual(
    resources.map(({ data: _, ...row }) => row),
    [
      {
        id: 1,
        resource_type_id: 'user',
        external_id: 'user:u1',
        parent_resource_type_id: null,
        parent_resource_id: null,
        sync_id: sync.syncId,
        discovered_at: '2026-11-23 15:27:04.46',
      },
      {
        id: 2,
        resource_type_id: 'group',
        external_id: 'group:a:b',
        parent_resource_type_id: 'org',
        parent_resource_id: 'o1',
        sync_id: sync.syncId,
        discovered_at: '2026-11-23 15:27:04.46',
      },
    ],
  );
});

test('of resource types, resources and entitlements with the same id the last one is kept', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  await using file = await openC1z(path, { temporaryFolder });
  const sync = file.startSync({ type: 'full' });
  for (const name of ['old', 'new']) {
    sync.putResourceTypes([resourceType('user', name)]);
    sync.putResources([resource('user', 'u1', { displayName: name })]);
    sync.putEntitlements([entitlement(resource('group', 'g1'), 'member', name)]);
  }
  const { records } = sync;
  const messages = [...records.allResourceTypes(), ...records.allResources(), ...records.allEntitlements()];
  assert.deepEqual(
    messages.map((message) => message.displayName),
    ['new', 'new', 'new'],
  );
});

test('a second sync is added to an existing file, and the latest one is shown', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  const ids: string[] = [];
  for (const [i, users] of [300, 2].entries()) {
    const now = () => new Date(2026, 0, 1 + i);
    const file = await openC1z(path, { temporaryFolder, now });
    assert.deepEqual(
      file.runs().map((run) => run.syncId),
      ids,
    );
    ids.push(await addFullRun(file, users));
    await file.save();
  }
  await using reader = await readC1z(path, { temporaryFolder });
  assert.deepEqual(
    reader.runs().map((run) => [run.syncId, run.stats?.grants]),
    [
      [ids[0], 300],
      [ids[1], 2],
    ],
  );
  assert.equal(reader.runToView()?.syncId, ids[1]);
  assert.deepEqual([...reader.records(ids[0]).allGrants()], courseGrants('c1', 300));
  assert.deepEqual([...reader.records(ids[1]).allGrants()], courseGrants('c1', 2));
  assert.equal([...reader.records(undefined).allGrants()].length, 302);
});

test('pruning deletes the rows of old runs and gives their room back', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  const ids: string[] = [];
  const sizes: number[] = [];
  for (let i = 0; i < 4; i++) {
    const file = await openC1z(path, { temporaryFolder });
    const sync = file.startSync({ type: 'full' });
    sync.putResourceTypes([resourceType('course')]);
    sync.putResources([resource('course', 'c1')]);
    sync.putGrants(courseGrants('c1', 3000));
    assert.deepEqual(sync.prune(), i < 2 ? [] : [ids[i - 2]]);
    await sync.end({ syncToken });
    ids.push(sync.syncId);
    sizes.push((await file.save()).databaseBytes);
  }
  // The ids of the runs are random, and their order decides how full the pages of the indexes are.
  const [oneRun = 0, twoRuns = 0, , twoRunsAgain = 0] = sizes;
  assert.ok(Math.abs(twoRunsAgain - twoRuns) < oneRun / 10, `${sizes}`);
  const db = await databaseOf(t, path);
  for (const table of ['v1_sync_runs', 'v1_resource_types', 'v1_resources', 'v1_grants']) {
    const kept = db.prepare(`select distinct sync_id from ${table} order by sync_id`).all();
    assert.deepEqual(kept.map((row) => row.sync_id).toSorted(), ids.slice(2).toSorted(), table);
  }
  assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
  assert.deepEqual(readSchema(db), JSON.parse(await readFile(new URL('go-schema.json', import.meta.url), 'utf8')));
});

test('a small sync prunes a large run', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  for (const users of [5000, 5000]) {
    const file = await openC1z(path, { temporaryFolder });
    await addFullRun(file, users);
    await file.save();
  }
  const file = await openC1z(path, { temporaryFolder });
  const sync = file.startSync({ type: 'full' });
  sync.putGrants(courseGrants('c1', 3));
  assert.equal(sync.prune(1).length, 2);
  await sync.end({ syncToken });
  assert.ok((await file.save()).databaseBytes < 1_000_000);
  await using reader = await readC1z(path, { temporaryFolder });
  assert.deepEqual([...reader.records(undefined).allGrants()], courseGrants('c1', 3));
});

test('a file keeps at least one full run', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  await using file = await openC1z(path, { temporaryFolder });
  const sync = file.startSync({ type: 'full' });
  for (const keep of [0, -1, 1.5, Number.NaN]) assert.throws(() => sync.prune(keep), RangeError);
});

test('the file on the disk stays as it is until it is saved', async (t) => {
  const { path, temporaryFolder, folder } = await c1zPlace(t);
  const first = await openC1z(path, { temporaryFolder });
  await addFullRun(first);
  assert.deepEqual(await readdir(folder), ['sync.c1z.lock', 'temporary']);
  await first.save();
  const former = await readFile(path);

  const second = await openC1z(path, { temporaryFolder });
  await addFullRun(second);
  await second.close();
  assert.ok((await readFile(path)).equals(former), 'the file has changed');
});

test('saving and closing leave no temporary files', async (t) => {
  const { path, temporaryFolder, folder } = await c1zPlace(t);
  const saved = await openC1z(path, { temporaryFolder });
  assert.equal((await readdir(temporaryFolder)).length, 1);
  await addFullRun(saved);
  await saved.save();
  await saved.close();
  await (await readC1z(path, { temporaryFolder })).close();
  await (await openC1z(path, { temporaryFolder })).close();
  assert.deepEqual(await readdir(temporaryFolder), []);
  assert.deepEqual(await readdir(folder), ['sync.c1z', 'temporary']);
});

test('an empty file is a new one', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  await writeFile(path, '');
  const file = await openC1z(path, { temporaryFolder });
  assert.deepEqual(file.runs(), []);
  await addFullRun(file);
  await file.save();
  await using reader = await readC1z(path, { temporaryFolder });
  assert.equal(reader.runs().length, 1);
});

test('a failed sync is not saved, nor is a file without a sync', async (t) => {
  const { path, temporaryFolder, folder } = await c1zPlace(t);
  const file = await openC1z(path, { temporaryFolder });
  await assert.rejects(file.save(), /no new sync/);
  const sync = file.startSync({ type: 'full' });
  await assert.rejects(file.save(), /has not ended/);
  assert.throws(() => file.startSync({ type: 'full' }), /still open/);
  await sync.end({ syncToken });
  assert.throws(() => sync.putResources([]), /has ended/);
  await assert.rejects(sync.end({ syncToken }), /has ended/);
  await file.close();
  assert.deepEqual(await readdir(folder), ['temporary']);
});

test('only a partial sync has a parent', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  await using file = await openC1z(path, { temporaryFolder });
  for (const type of ['full', 'resources_only'] as const) {
    assert.throws(() => file.startSync({ type, parentSyncId: 'x' }), /no parent sync/);
  }
  assert.deepEqual(file.runs(), []);
});

test('a resources_only run counts neither entitlements nor grants', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  await using file = await openC1z(path, { temporaryFolder });
  const sync = file.startSync({ type: 'resources_only' });
  sync.putResourceTypes([resourceType('course')]);
  sync.putResources([resource('course', 'c1'), resource('ghost', 'x')]);
  sync.putGrants(courseGrants('c1', 1));
  const stats = await sync.end({ syncToken });
  assert.deepEqual([stats.resourceTypes, stats.resources, stats.entitlements, stats.grants], [1, 1, 0, 0]);
});

test('a file written with other page sizes, in write-ahead-log mode or by an older SDK is read and added to', async (t) => {
  const { path, temporaryFolder, folder } = await c1zPlace(t);
  const databasePath = join(folder, 'old');
  const db = new DatabaseSync(databasePath);
  db.exec('pragma page_size = 4096; pragma journal_mode = wal');
  db.exec(`create table v1_sync_runs (id integer primary key, sync_id text not null, started_at datetime not null,
    ended_at datetime, sync_token text not null, sync_type text not null default 'full',
    parent_sync_id text not null default '')`);
  db.exec(`insert into v1_sync_runs (sync_id, started_at, ended_at, sync_token)
    values ('old', '2025-01-01 10:00:00', '2025-01-01 10:00:01.5', '')`);
  db.exec('pragma wal_checkpoint(truncate)');
  await writeFile(path, Buffer.concat([c1zMagic, zstdCompressSync(await readFile(databasePath))]));
  db.close();

  const file = await openC1z(path, { temporaryFolder });
  const added = await addFullRun(file);
  await file.save();
  await using reader = await readC1z(path, { temporaryFolder });
  assert.deepEqual(
    reader.runs().map((run) => [run.syncId, run.endedAt]),
    [
      ['old', new Date(2025, 0, 1, 10, 0, 1, 500)],
      [added, reader.runToView()?.endedAt],
    ],
  );
});
