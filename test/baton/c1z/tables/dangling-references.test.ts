import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { ExternalResourceMatchIDSchema } from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { findDangling } from '../../../../src/baton/c1z/tables/dangling-references.ts';
import { toGrantRows } from '../../../../src/baton/c1z/tables/grant-row.ts';
import { GrantTable } from '../../../../src/baton/c1z/tables/grant-table.ts';
import { RecordTables } from '../../../../src/baton/c1z/tables/record-table.ts';
import { createSchema } from '../../../../src/baton/c1z/tables/schema.ts';

const resource = (resourceType: string, id: string) => create(ResourceSchema, { id: { resourceType, resource: id } });
const entitlement = (of: string) =>
  create(EntitlementSchema, { id: `room:${of}:key`, resource: { id: { resourceType: 'room', resource: of } } });
const grant = (of: string, guest: string) =>
  create(GrantSchema, {
    id: `room:${of}:key:guest:${guest}`,
    entitlement: entitlement(of),
    principal: resource('guest', guest),
  });
const matched = (of: string, guest: string) => ({
  ...grant(of, guest),
  annotations: [anyPack(ExternalResourceMatchIDSchema, create(ExternalResourceMatchIDSchema, { id: 'x' }))],
});

interface Run {
  readonly rooms: readonly string[];
  readonly entitlements: readonly string[];
  readonly grants: readonly ReturnType<typeof grant>[];
}

/** A database with runs that all have the guests 1 and 2. */
async function databaseOf(runs: Readonly<Record<string, Run>>) {
  const db = new DatabaseSync(':memory:');
  createSchema(db);
  for (const [syncId, { rooms, entitlements, grants }] of Object.entries(runs)) {
    const tables = new RecordTables(db, syncId);
    tables.putResources(
      [resource('guest', '1'), resource('guest', '2'), ...rooms.map((id) => resource('room', id))],
      '',
    );
    tables.putEntitlements(entitlements.map(entitlement), '');
    const table = new GrantTable(db, syncId);
    table.put(toGrantRows(grants), '');
    await table.buildIndexes();
  }
  return db;
}

test('complete data has no dangling references', async () => {
  const db = await databaseOf({
    a: { rooms: ['1', '2'], entitlements: ['1', '2'], grants: [grant('1', '1'), grant('1', '2'), grant('2', '1')] },
  });
  assert.deepEqual(findDangling(db, 'a'), []);
  assert.deepEqual(findDangling(await databaseOf({}), 'a'), []);
});

test('each kind of dangling reference is counted, with the ids that are missing', async () => {
  const db = await databaseOf({
    a: {
      rooms: ['1'],
      entitlements: ['1', '2'],
      grants: [grant('1', '1'), grant('2', '1'), grant('3', '1'), grant('3', '2'), grant('1', '9'), matched('1', '8')],
    },
  });
  const [entitlements, resources, ofEntitlements, principals] = findDangling(db, 'a');
  assert.deepEqual(entitlements, {
    ...{ kind: 'entitlements of resources that were not listed', count: 1 },
    ...{ missingIds: ['room:2'], missingCount: 1 },
  });
  assert.deepEqual(resources, {
    ...{ kind: 'grants of resources that were not listed', count: 3 },
    ...{ missingIds: ['room:2', 'room:3'], missingCount: 2 },
  });
  assert.deepEqual(ofEntitlements, {
    ...{ kind: 'grants of entitlements that were not listed', count: 2 },
    ...{ missingIds: ['room:3:key'], missingCount: 1 },
  });
  // Not the principal that stands for another file's.
  assert.deepEqual(principals, {
    ...{ kind: 'grants to principals that were not listed', count: 1 },
    ...{ missingIds: ['guest:9'], missingCount: 1 },
  });
});

test('other runs of the file count neither as present nor as missing', async () => {
  const both = { rooms: ['1'], entitlements: ['1'] };
  const db = await databaseOf({
    old: { rooms: ['1', '2'], entitlements: ['1', '2'], grants: [grant('1', '1'), grant('2', '1'), grant('4', '7')] },
    new: { ...both, grants: [grant('1', '1'), grant('2', '1')] },
  });
  assert.deepEqual(
    findDangling(db, 'new').map(({ kind, missingIds }) => [kind, missingIds]),
    [
      ['grants of resources that were not listed', ['room:2']],
      ['grants of entitlements that were not listed', ['room:2:key']],
    ],
  );
});

test('at most 25 missing ids are named', async () => {
  const grants = Array.from({ length: 30 }, (_, i) => grant('1', `gone ${i}`));
  const db = await databaseOf({ a: { rooms: ['1'], entitlements: ['1'], grants } });
  const [principals] = findDangling(db, 'a');
  assert.equal(principals?.missingIds.length, 25);
  assert.deepEqual([principals?.count, principals?.missingCount], [30, 30]);
});
