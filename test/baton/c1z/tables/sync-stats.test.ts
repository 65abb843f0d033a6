import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SyncStats, statsFromJson, statsToJson } from '../../../../src/baton/c1z/tables/sync-stats.ts';

const none: SyncStats = {
  resourceTypes: 0,
  resources: 0,
  entitlements: 0,
  grants: 0,
  resourcesByType: new Map(),
  grantsByType: new Map(),
  entitlementsByType: new Map(),
  assets: 0,
};

test('stats are written as the Go SDK writes them', () => {
  const stats: SyncStats = {
    ...none,
    resourceTypes: 2,
    resources: 1,
    entitlements: 3,
    grants: 4,
    resourcesByType: new Map([
      ['user', 0],
      ['course', 1],
    ]),
    entitlementsByType: new Map([['course', 3]]),
    grantsByType: new Map([['course', 4]]),
  };
  assert.equal(
    statsToJson(stats),
    '{"resource_types":2,"resources":1,"entitlements":3,"grants":4,"resources_by_resource_type":{"course":1,"user":0},' +
      '"grants_by_resource_type":{"course":4},"entitlements_by_resource_type":{"course":3}}',
  );
});

test('zero and empty fields are left out', () => {
  assert.equal(statsToJson(none), '{}');
});

test('types that look like numbers are written in the order of their bytes', () => {
  const stats = {
    ...none,
    resourceTypes: 3,
    resourcesByType: new Map([
      ['b', 1],
      ['9', 2],
      ['10', 3],
    ]),
  };
  assert.equal(statsToJson(stats), '{"resource_types":3,"resources_by_resource_type":{"10":3,"9":2,"b":1}}');
});

test('written stats are read back', () => {
  const stats = { ...none, resourceTypes: 1, assets: 2, resourcesByType: new Map([['user', 0]]) };
  assert.deepEqual(statsFromJson(statsToJson(stats)), stats);
});

test('absent and unreadable stats are no stats', () => {
  for (const json of [null, '', '{', 'null', '[]', '7']) assert.equal(statsFromJson(json), undefined, String(json));
});
