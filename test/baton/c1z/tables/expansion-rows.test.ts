import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ExpansionRows } from '../../../../src/baton/c1z/tables/expansion-rows.ts';
import { toGrantRows } from '../../../../src/baton/c1z/tables/grant-row.ts';
import { GrantTable } from '../../../../src/baton/c1z/tables/grant-table.ts';
import { RecordTables } from '../../../../src/baton/c1z/tables/record-table.ts';
import { createSchema } from '../../../../src/baton/c1z/tables/schema.ts';
import { courseGrants, entitlement, expandable, grant, resource } from '../sample-records.ts';

const course = entitlement(resource('course', 'c1'), 'completed');

/** A table of two runs, of which the second one is expanded. */
async function start(grants = courseGrants('c1', 5)) {
  const db = new DatabaseSync(':memory:');
  createSchema(db);
  for (const syncId of ['before', 'run']) {
    new RecordTables(db, syncId).putEntitlements([course], '');
    const table = new GrantTable(db, syncId);
    table.put(toGrantRows(syncId === 'run' ? grants : courseGrants('c1', 3)), '');
    await table.buildIndexes();
  }
  const table = new GrantTable(db, 'run');
  return { db, table, rows: new ExpansionRows(db, 'run', table, () => new Date(2026, 0, 31)) };
}

function indexesOf(db: DatabaseSync): number {
  return db.prepare("select name from sqlite_schema where type = 'index' and tbl_name = 'v1_grants'").all().length;
}

test('grants of an entitlement are read by run, in the order of their principals, page by page', async () => {
  const shuffled = ['u3', 'u1', 'u2'].map((id) => grant(course, resource('user', id)));
  const { rows } = await start([
    ...shuffled,
    grant(course, resource('bot', 'u2')),
    grant(course, resource('zoo', 'u0')),
  ]);
  const found: string[] = [];
  for (let page = rows.read(course.id, undefined, undefined, 2); ; ) {
    found.push(...page.map(([, type, id]) => `${type} ${id}`));
    if (page.length < 2) break;
    page = rows.read(course.id, undefined, page.at(-1), 2);
  }
  assert.deepEqual(found, ['bot u2', 'user u1', 'user u2', 'user u3', 'zoo u0']);
  const ofTypes = rows.read(course.id, JSON.stringify(['zoo', 'bot']), undefined, 10);
  assert.deepEqual(
    ofTypes.map(([, type]) => type),
    ['bot', 'zoo'],
  );
});

test('the grants that need expansion are found, however many there are', async () => {
  const grants = Array.from({ length: 2001 }, (_, i) =>
    grant(course, resource('group', `g${i}`), [expandable(`e${i}`)]),
  );
  const { rows } = await start([...grants, grant(course, resource('user', 'u'))]);
  const pending = [...rows.pending()];
  assert.equal(pending.length, 2001);
  assert.deepEqual(pending.at(-1)?.principalId, 'g2000');
});

test('an entitlement is found with its resource', async () => {
  const { rows } = await start();
  const { resourceTypeId, resourceId } = rows.entitlement(course.id) ?? {};
  assert.deepEqual([resourceTypeId, resourceId], ['course', 'c1']);
  assert.equal(rows.entitlement('course:c2:completed'), undefined);
});

test('indexes are dropped for many grants, but not for a few', async () => {
  const { db, rows, table } = await start(courseGrants('c1', 400));
  const all = indexesOf(db);
  rows.prepareInsert(['course:c2:completed']);
  assert.deepEqual([indexesOf(db), table.indexed], [all, true]);
  rows.prepareInsert([course.id]);
  assert.deepEqual([indexesOf(db), table.indexed], [2, false]);
  await table.buildIndexes();
  assert.deepEqual([indexesOf(db), table.indexed], [all, true]);
});

test('an added grant has the time when its entitlement was begun', async () => {
  const { db, rows } = await start();
  rows.prepareInsert([]);
  const ids = { externalId: 'x', entitlementId: course.id, resourceTypeId: 'course', resourceId: 'c1' };
  rows.insert({ ...ids, principalTypeId: 'user', principalId: 'new', data: Uint8Array.of(1) });
  const row = db.prepare("select * from v1_grants where external_id = 'x'").get();
  const { discovered_at, sync_id, expansion, needs_expansion } = row ?? {};
  assert.deepEqual([discovered_at, sync_id, expansion, needs_expansion], ['2026-01-31 00:00:00', 'run', null, 0]);
});
