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

/** A run that is being written, after an earlier one with rows of the same ids. */
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
  assert.equal([...records.allResources()].length, 30);
});

test('single records are found by their ids', () => {
  const { records } = runningSync();
  assert.deepEqual(records.resource(resourceId('user', 'u3'))?.message, users[3]);
  assert.deepEqual(records.entitlement('group:g1:member')?.message, members[1]);
  assert.equal(records.resource(resourceId('user', 'nobody')), undefined);
  assert.equal(records.resource(resourceId('group', 'u3')), undefined);
  assert.equal(records.entitlement('group:g1:owner'), undefined);
});

test('grants are read in pages and by their ids, with and without indexes, and show their expansion', async () => {
  const sync = runningSync();
  const [first, second] = members;
  assert.ok(first && second);
  const grants = [0, 1, 2].flatMap((i) => [
    grant(first, users[i] ?? resource('', '')),
    grant(second, users[i] ?? resource('', ''), i === 1 ? [expandable('group:g4:member')] : []),
  ]);
  sync.putGrants(grants);
  const check = () => {
    const page = sync.records.grants({ limit: 4 });
    const rest = sync.records.grants({ afterRowId: page.at(-1)?.rowId });
    assert.deepEqual(
      [...page, ...rest].map((row) => row.externalId),
      grants.map(({ id }) => id),
    );
    assert.deepEqual(sync.records.grant(grants[0]?.id ?? '')?.message, grants[0]);
    const row = sync.records.grant(grants[3]?.id ?? '');
    assert.deepEqual(row?.expansion && Buffer.from(row.expansion), Buffer.from(expandable('group:g4:member').value));
    assert.deepEqual(row?.message.annotations, []);
    assert.equal(page[2]?.expansion, undefined);
  };
  check();
  await sync.end({ syncToken });
  check();
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
