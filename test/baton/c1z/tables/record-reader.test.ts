import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { SyncWriter } from '../../../../src/baton/c1z/sync-writer.ts';
import { createSchema } from '../../../../src/baton/c1z/tables/schema.ts';
import { entitlement, expandable, grant, resource, resourceId, resourceType, syncToken } from '../sample-records.ts';

const users = Array.from({ length: 25 }, (_, i) => resource('user', `u${i}`));
const groups = Array.from({ length: 5 }, (_, i) =>
  resource('group', `g${i}`, i % 2 ? { parentResourceId: resourceId('org', 'o1') } : {}),
);
const members = groups.map((group) => entitlement(group, 'member'));

/** A run that is being written, behind a former one with rows of the same ids. */
function runningSync(): SyncWriter {
  const db = new DatabaseSync(':memory:');
  createSchema(db);
  const context = { db, temporaryFolder: '/tmp', bulkLoad: false, now: () => new Date(), onDelete: () => {} };
  const former = new SyncWriter(context, { type: 'full' });
  former.putResourceTypes([resourceType('old')]);
  former.putResources(users);
  former.putEntitlements(members);
  const sync = new SyncWriter(context, { type: 'full' });
  sync.putResourceTypes([resourceType('user'), resourceType('group')]);
  sync.putResources([...users.slice(0, 10), ...groups, ...users.slice(10)]);
  sync.putEntitlements(members);
  return sync;
}

test('resources are read in pages, in the order that they were written', () => {
  const { records } = runningSync();
  const ids: (string | undefined)[] = [];
  for (let afterRowId = 0; ; ) {
    const page = records.resources({ resourceTypeId: 'user', afterRowId, limit: 10 });
    ids.push(...page.map((row) => row.message.id?.resource));
    if (page.length < 10) break;
    afterRowId = page[9]?.rowId ?? 0;
  }
  assert.deepEqual(
    ids,
    users.map((user) => user.id?.resource),
  );
});

test('rows that are written between two pages come with a later page', () => {
  const sync = runningSync();
  const first = sync.records.resources({ resourceTypeId: 'group', limit: 4 });
  sync.putResources([resource('group', 'late')]);
  const rest = sync.records.resources({ resourceTypeId: 'group', afterRowId: first.at(-1)?.rowId });
  assert.deepEqual(
    rest.map((row) => row.externalId),
    ['group:g4', 'group:late'],
  );
});

test('only rows of the run are read', () => {
  const { records } = runningSync();
  assert.deepEqual(
    records.resourceTypes().map((row) => row.externalId),
    ['user', 'group'],
  );
  assert.equal(records.resourceType('old'), undefined);
  assert.equal([...records.allResources()].length, 30);
});

test('resources are found by parent, and a row decodes to the message', () => {
  const { records } = runningSync();
  const children = records.resources({ parent: resourceId('org', 'o1') });
  assert.deepEqual(
    children.map((row) => row.message),
    [groups[1], groups[3]],
  );
});

test('single records are found by their ids', () => {
  const { records } = runningSync();
  assert.deepEqual(records.resource(resourceId('user', 'u3'))?.message, users[3]);
  assert.deepEqual(records.entitlement('group:g1:member')?.message, members[1]);
  assert.deepEqual(records.resourceType('user')?.message, resourceType('user'));
  assert.equal(records.resource(resourceId('user', 'nobody')), undefined);
  assert.equal(records.hasResource('user', 'u3'), true);
  assert.equal(records.hasResource('group', 'u3'), false);
  assert.equal(records.hasEntitlement('group:g1:member'), true);
  assert.equal(records.hasEntitlement('group:g1:owner'), false);
});

test('entitlements are found by their resource', () => {
  const { records } = runningSync();
  const found = records.entitlements({ resource: resourceId('group', 'g2') });
  assert.deepEqual(
    found.map((row) => row.message),
    [members[2]],
  );
});

test('grants are found by entitlement, resource, principal and expansion, also while they have no indexes', async () => {
  const sync = runningSync();
  const [first, second] = members;
  assert.ok(first && second);
  const grants = [0, 1, 2].flatMap((i) => [
    grant(first, users[i] ?? resource('', '')),
    grant(second, users[i] ?? resource('', ''), i === 1 ? [expandable('group:g4:member')] : []),
  ]);
  sync.putGrants(grants);
  const ids = (filter: Parameters<typeof sync.records.grants>[0]) =>
    sync.records.grants(filter).map((row) => row.externalId);
  const check = () => {
    assert.deepEqual(ids({ entitlementId: 'group:g1:member' }), [grants[1]?.id, grants[3]?.id, grants[5]?.id]);
    assert.deepEqual(ids({ resource: resourceId('group', 'g0'), limit: 2 }), [grants[0]?.id, grants[2]?.id]);
    assert.deepEqual(ids({ principal: resourceId('user', 'u2') }), [grants[4]?.id, grants[5]?.id]);
    assert.deepEqual(ids({ expandable: 'all' }), [grants[3]?.id]);
    assert.deepEqual(ids({ expandable: 'pending', entitlementId: 'group:g0:member' }), []);
    assert.deepEqual(sync.records.grant(grants[0]?.id ?? '')?.message, grants[0]);
  };
  check();
  await sync.end({ syncToken });
  check();
  const [row] = sync.records.grants({ expandable: 'pending' });
  assert.deepEqual(row?.expansion && Buffer.from(row.expansion), Buffer.from(expandable('group:g4:member').value));
  assert.deepEqual(row?.message.annotations, []);
});

test('all rows of a long table are iterated', () => {
  const sync = runningSync();
  sync.putResources(Array.from({ length: 2500 }, (_, i) => resource('course', `c${i}`)));
  const ids = [...sync.records.allResources({ resourceTypeId: 'course' })].map((message) => message.id?.resource);
  assert.deepEqual(
    ids,
    Array.from({ length: 2500 }, (_, i) => `c${i}`),
  );
});
