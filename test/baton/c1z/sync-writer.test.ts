import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { SyncWriter } from '../../../src/baton/c1z/sync-writer.ts';
import { createSchema } from '../../../src/baton/c1z/tables/schema.ts';
import { assertSameItems, indexNames, openGrantDatabase } from './load/grant-database.ts';
import {
  courseGrants,
  entitlement,
  expandable,
  grant,
  resource,
  resourceId,
  resourceType,
  syncToken,
} from './sample-records.ts';
import { c1zPlace, temporaryFolder } from './temporary-folder.ts';

/** A run in a database of its own: in a file, where grants are loaded past SQLite, or in memory, where they are not. */
async function startRun(t: TestContext, where: 'file' | 'memory'): Promise<{ db: DatabaseSync; sync: SyncWriter }> {
  const folder = await temporaryFolder(t);
  const db = openGrantDatabase(where === 'file' ? `${folder}/db` : undefined, 4096);
  const sync = new SyncWriter(
    { db, temporaryFolder: folder, now: () => new Date(2026, 10, 23), onDelete: () => {} },
    { type: 'full' },
  );
  t.after(() => {
    sync.abandon();
    db.close();
  });
  return { db, sync };
}

/** Whether grants are being loaded past SQLite: then no transaction is open. */
function isLoading(db: DatabaseSync): boolean {
  return !db.isTransaction;
}

const course = resource('course', 'c1');

/** What can come between grants, and whether it ends the load. */
const between: Record<string, [write: (sync: SyncWriter) => void, ends: boolean]> = {
  nothing: [() => {}, false],
  'a checkpoint': [(sync) => sync.checkpoint('{"version":1}'), true],
  'a resource type': [(sync) => sync.putResourceTypes([resourceType('course')]), true],
  'a resource': [(sync) => sync.putResources([course]), true],
  'an entitlement': [(sync) => sync.putEntitlements([entitlement(course, 'completed')]), true],
  'reading grants': [(sync) => assert.equal([...sync.records.allGrants()].length, 300), true],
  'reading a grant': [(sync) => assert.ok(sync.records.grant(courseGrants('c1', 1)[0]?.id ?? '')), true],
  'reading resources': [(sync) => assert.equal([...sync.records.allResources()].length, 0), false],
  'looking for a resource': [(sync) => assert.equal(sync.records.hasResource('course', 'c1'), false), false],
  'looking for old runs': [(sync) => assert.deepEqual(sync.prune(), []), false],
  'a grant that needs an overflow page': [
    (sync) => sync.putGrants([grant(entitlement(course, 'x'.repeat(5000)), resource('user', 'u1'))]),
    true,
  ],
};
for (const [title, [write, ends]] of Object.entries(between)) {
  test(`between grants, ${title} ${ends ? 'ends the load' : 'leaves it alone'}, and nothing is lost`, async (t) => {
    const written: unknown[][] = [];
    for (const where of ['file', 'memory'] as const) {
      const { db, sync } = await startRun(t, where);
      sync.putGrants(courseGrants('c1', 300));
      assert.equal(isLoading(db), where === 'file');
      write(sync);
      if (where === 'file') assert.equal(isLoading(db), !ends);
      sync.putGrants(courseGrants('c2', 300));
      if (where === 'file') assert.equal(isLoading(db), !ends);
      if (!isLoading(db)) assert.deepEqual(indexNames(db), [], 'the rest is written without indexes');
      await sync.end({ syncToken });
      assert.equal(db.isTransaction, true);
      assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
      assert.equal(indexNames(db).length, 7);
      assert.equal(db.prepare('select sync_token from v1_sync_runs').get()?.sync_token, syncToken);
      const names = ['v1_grants', 'v1_resources', 'v1_resource_types'];
      written.push(
        names.flatMap((name) =>
          db
            .prepare(`select * from ${name} order by id`)
            .all()
            .map(({ sync_id: _, ...row }) => row),
        ),
      );
    }
    assertSameItems(written[0] ?? [], written[1] ?? []);
  });
}

const duplicates: Record<string, (grants: Grant[]) => Grant[]> = {
  'side by side': (grants) => grants.flatMap((grant) => [grant, grant]),
  'far apart': (grants) => [...grants, ...grants],
  'of one grant': (grants) => [...grants, ...grants.slice(0, 1)],
};
for (const [title, repeat] of Object.entries(duplicates)) {
  test(`of loaded grants with the same id the last one is kept, in the place of the first: ${title}`, async (t) => {
    const { db, sync } = await startRun(t, 'file');
    const grants = courseGrants('c1', 2000);
    const withNames = repeat(grants).map((message, i) => ({
      ...message,
      principal: { ...(message.principal ?? resource('', '')), displayName: `name ${i}` },
      annotations: i % 7 === 0 ? [expandable(`e${i}`)] : [],
    }));
    sync.putGrants(withNames);
    assert.equal(isLoading(db), true);
    await sync.end({ syncToken });
    const kept = new Map(withNames.map((message) => [message.id, message]));
    const ids = grants.map(({ id }) => id);
    assertSameItems(
      [...sync.records.allGrants()],
      ids.map((id) => ({ ...kept.get(id), annotations: [] })),
    );
    const expanded = sync.records.grants({ expandable: 'pending', limit: 9999 }).map((row) => row.externalId);
    assertSameItems(
      expanded,
      ids.filter((id) => kept.get(id)?.annotations.length),
    );
    assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
    assert.equal(indexNames(db).length, 7);
  });
}

test('loaded grants are found by entitlement and principal, and expansion adds to them', async (t) => {
  const { db, sync } = await startRun(t, 'file');
  const grants = courseGrants('c1', 500);
  sync.putGrants(grants);
  assert.throws(() => sync.putGrants(grants, { keepExpansion: true }), /make the indexes/);
  await sync.buildGrantIndexes();
  assert.equal(isLoading(db), false);
  const [row] = sync.records.grants({ principal: resourceId('user', 'u000400') });
  assert.deepEqual(row?.message, grants[400]);
  const added = grant(entitlement(course, 'completed'), resource('user', 'late'));
  sync.putGrants([added], { keepExpansion: true });
  assert.deepEqual(sync.records.grant(added.id)?.message, added);
  await sync.end({ syncToken });
  assert.equal([...sync.records.allGrants()].length, 501);
});

test('the file shows grants of the run that is being written', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  await using file = await openC1z(path, { temporaryFolder });
  const sync = file.startSync({ type: 'full' });
  const records = file.records(sync.syncId);
  sync.putGrants(courseGrants('c1', 20));
  assert.equal([...records.allGrants()].length, 20);
});

test('an aborted sync that was loading grants leaves nothing, and no open file', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  const file = await openC1z(path, { temporaryFolder });
  const sync = file.startSync({ type: 'full' });
  sync.putGrants(courseGrants('c1', 20_000));
  await assert.rejects(sync.buildGrantIndexes(AbortSignal.abort(new Error('stop'))), /stop/);
  await file.close();
  assert.deepEqual(readdirSync(temporaryFolder), []);
  if (process.platform !== 'linux') return;
  const open = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  assert.deepEqual(
    open.filter((target) => target.startsWith(temporaryFolder)),
    [],
  );
});

test('syncs are added to a file whose grants were loaded, and old ones pruned', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  for (const users of [2000, 30, 2500]) {
    const file = await openC1z(path, { temporaryFolder });
    const sync = file.startSync({ type: 'full' });
    sync.putGrants(courseGrants('c1', users));
    sync.prune(2);
    await sync.end({ syncToken });
    await file.save();
  }
  await using reader = await readC1z(path, { temporaryFolder });
  const counts = reader.runs().map(({ syncId }) => [...reader.records(syncId).allGrants()].length);
  assert.deepEqual(counts, [30, 2500]);
});

test('a run without grants has the indexes too', async (t) => {
  const { db, sync } = await startRun(t, 'file');
  await sync.end({ syncToken });
  using model = new DatabaseSync(':memory:');
  createSchema(model);
  assert.deepEqual(indexNames(db), indexNames(model));
});
