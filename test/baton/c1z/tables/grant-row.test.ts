import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { GrantExpandableSchema, GrantImmutableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { type Grant, GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { type GrantRow, toGrantRows } from '../../../../src/baton/c1z/tables/grant-row.ts';
import { type ListedGrant, toGrant } from '../../../../src/baton/messages/grant.ts';
import { annotation, courseGrants, entitlement, expandable, grant, resource } from '../sample-records.ts';

const member = entitlement(resource('group', 'g1'), 'member');
const user = resource('user', 'u1');
const immutable = annotation(GrantImmutableSchema, { sourceId: 's' });

/** Rows that stay as they are. */
function rowsOf(grants: readonly ListedGrant[]): GrantRow[] {
  return Array.from(toGrantRows(grants), (row) => ({ ...row, data: Uint8Array.from(row.data) }));
}

function rowOf(message: Grant): GrantRow {
  return rowsOf([message])[0] as GrantRow;
}

test('a row names the entitlement, the resource of the entitlement, and the principal', () => {
  const row = rowOf(grant(member, user));
  assert.deepEqual(
    { ...row, data: undefined },
    {
      externalId: 'group:g1:member:user:u1',
      entitlementId: 'group:g1:member',
      resourceTypeId: 'group',
      resourceId: 'g1',
      principalTypeId: 'user',
      principalId: 'u1',
      data: undefined,
      expansion: null,
    },
  );
  assert.deepEqual(fromBinary(GrantSchema, row.data), grant(member, user));
});

test('a grant without entitlement and principal has a row with empty ids', () => {
  const row = rowOf(create(GrantSchema, { id: 'g' }));
  assert.deepEqual([row.entitlementId, row.resourceTypeId, row.resourceId, row.principalId], ['', '', '', '']);
});

test('GrantExpandable moves from the message to the column, other annotations stay', () => {
  const original = grant(member, user, [immutable, expandable('group:g2:member', ' ')]);
  const row = rowOf(original);
  assert.deepEqual(fromBinary(GrantSchema, row.data).annotations, [immutable]);
  assert.deepEqual(fromBinary(GrantExpandableSchema, row.expansion ?? new Uint8Array()).entitlementIds, [
    'group:g2:member',
    ' ',
  ]);
  assert.equal(original.annotations.length, 2, 'the message of the caller is left alone');
});

test('GrantExpandable whose entitlement ids are all blank is dropped', () => {
  for (const blank of [expandable(), expandable(''), expandable(' ', '\t\n')]) {
    const row = rowOf(grant(member, user, [blank, immutable]));
    assert.equal(row.expansion, null);
    assert.deepEqual(fromBinary(GrantSchema, row.data).annotations, [immutable]);
  }
});

test('GrantExpandable is known by the last part of its type URL', () => {
  const other = create(AnySchema, { ...expandable('e1'), typeUrl: 'example.com/x/c1.connector.v2.GrantExpandable' });
  assert.notEqual(rowOf(grant(member, user, [other])).expansion, null);
});

test('GrantExpandable that cannot be decoded stays in the message', () => {
  const broken = create(AnySchema, { ...expandable('e1'), value: new Uint8Array([10, 200]) });
  const row = rowOf(grant(member, user, [broken]));
  assert.equal(row.expansion, null);
  assert.equal(fromBinary(GrantSchema, row.data).annotations.length, 1);
});

test('each of many grants gets its own row, in order', () => {
  const grants = courseGrants('c1', 350);
  grants[120] = grant(member, user, [expandable('e1')]);
  const rows = rowsOf(grants);
  assert.deepEqual(
    rows.map((row) => row.externalId),
    grants.map((message) => message.id),
  );
  assert.deepEqual(
    rows.flatMap((row, i) => (row.expansion ? [i] : [])),
    [120],
  );
  for (const [i, row] of rows.entries()) {
    if (i !== 120) assert.deepEqual(row.data, Uint8Array.from(toBinary(GrantSchema, grants[i] as Grant)));
  }
});

test('a plain grant has the row of its message, also among messages and with an id that is not ASCII', () => {
  const expanded = grant(member, user, [expandable('e1')]);
  const messages = [grant(member, user), expanded, grant(member, resource('user', 'é')), ...courseGrants('c1', 250)];
  const listed = messages.map((message, i): ListedGrant => {
    const { entitlement: of, principal: { id } = {} } = message;
    const isPlain = of && id && message !== expanded && i % 3 !== 1;
    return isPlain ? { entitlement: of, principalType: id.resourceType, principal: id.resource } : message;
  });
  assert.ok(listed.includes(messages[4] as Grant) && !listed.includes(messages[2] as Grant));
  assert.deepEqual(rowsOf(listed), rowsOf(listed.map(toGrant)));
});
