import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCheckpointToken, toCheckpointToken } from '../../../../src/baton/sync/plan/checkpoint-token.ts';
import { action } from '../../../../src/baton/sync/plan/sync-action.ts';
import { SyncState } from '../../../../src/baton/sync/plan/sync-state.ts';

/** As the Go syncer wrote it in the middle of a sync (baton-sdk v0.25.0), with line breaks. */
const ofGo = JSON.stringify({
  actions_map: {
    '0000000001': { id: '0000000001', operation: 'grant-expansion' },
    '0000000002': { id: '0000000002', operation: 'list-grants' },
    '0000000007': {
      id: '0000000007',
      operation: 'list-entitlements',
      page_token: 'next',
      resource_type_id: 'book',
      resource_id: 'b1',
    },
  },
  action_order: ['0000000001', '0000000002', '0000000007'],
  current_action_id: 8,
  completed_actions_count: 5,
  ingest_quality: {},
  version: 1,
});

test('a checkpoint of the Go syncer is read, and written again as it was', () => {
  const state = readCheckpointToken(ofGo);
  const { operation, pageToken, resourceTypeId, resourceId } = state?.current ?? {};
  assert.deepEqual([operation, pageToken, resourceTypeId, resourceId], ['list-entitlements', 'next', 'book', 'b1']);
  assert.equal(state && toCheckpointToken(state), ofGo);
});

test('a new sync is written with its planning, and an ended one without actions', () => {
  const state = SyncState.start();
  assert.deepEqual(JSON.parse(toCheckpointToken(state)), {
    actions_map: { '0000000000': { id: '0000000000', operation: 'init' } },
    action_order: ['0000000000'],
    current_action_id: 1,
    version: 1,
  });
  state.advance({ nextPageToken: '', actions: [] });
  assert.equal(toCheckpointToken(state), '{"current_action_id":1,"completed_actions_count":1,"version":1}');
});

test('every field of an action and every flag survives', () => {
  const state = SyncState.start();
  const full = action('list-grants', {
    pageToken: 'p',
    resourceTypeId: 'a',
    resourceId: 'b',
    parentResourceTypeId: 'c',
    parentResourceId: 'd',
    spawned: true,
    typeScoped: true,
    typeScopedPlanned: true,
  });
  state.advance({ nextPageToken: '', actions: [full] });
  Object.assign(state.flags, {
    needsExpansion: true,
    hasExternalResourceGrants: true,
    shouldFetchRelatedResources: true,
    shouldSkipEntitlementsAndGrants: true,
    shouldSkipGrants: true,
  });
  const read = readCheckpointToken(toCheckpointToken(state));
  assert.deepEqual(read?.current, { ...full, id: '0000000001' });
  assert.deepEqual(read?.flags, state.flags);
});

for (const [title, fields] of Object.entries({
  'a type-scoped action': { typeScoped: true },
  'an enqueued page': { spawned: true },
  'a planning that has planned whole types': { typeScopedPlanned: true },
})) {
  test(`${title} makes it version 2, which older syncers do not continue from`, () => {
    const state = SyncState.start();
    state.advance({ nextPageToken: '', actions: [action('list-grants', fields)] });
    assert.equal(JSON.parse(toCheckpointToken(state)).version, 2);
  });
}

test('a page that was enqueued before the checkpoint is not enqueued again', () => {
  const state = SyncState.start();
  const enqueued = action('list-grants', { resourceTypeId: 'a', pageToken: 'shard', spawned: true });
  state.advance({ nextPageToken: '', actions: [enqueued] });
  const read = readCheckpointToken(toCheckpointToken(state));
  assert.equal(read?.advance({ nextPageToken: '', actions: [enqueued] }), 1);
});

test('an expansion begins again: the graph that its page token belongs to is not in the checkpoint', () => {
  const token = JSON.stringify({
    actions_map: { '0000000001': { id: '0000000001', operation: 'grant-expansion', page_token: '77' } },
    action_order: ['0000000001'],
    current_action_id: 2,
    entitlement_graph: { nodes: {} },
    version: 1,
  });
  const state = readCheckpointToken(token);
  assert.equal(state?.current?.pageToken, '');
  assert.equal(state && 'entitlement_graph' in state.others, false);
});

const actionsOf = (change: object) => ({
  actions_map: { '0000000001': { id: '0000000001', operation: 'list-grants', ...change } },
  action_order: ['0000000001'],
  current_action_id: 2,
  version: 1,
});
const twice = actionsOf({});
for (const [title, token] of Object.entries({
  'that is not JSON': '{',
  'that is empty': '',
  'of another version': JSON.stringify({ ...twice, version: 3 }),
  'without a version': '{"actions":[]}',
  'with an unknown operation': JSON.stringify(actionsOf({ operation: 'fetch-assets' })),
  'whose order names an action that it does not contain': JSON.stringify({ ...twice, action_order: ['0000000000'] }),
  'whose order is not ascending': JSON.stringify({ ...twice, action_order: ['0000000001', '0000000001'] }),
  'with an action of a later id than the next': JSON.stringify({ ...twice, current_action_id: 1 }),
})) {
  test(`a checkpoint ${title} is not one to continue from`, () => {
    assert.equal(readCheckpointToken(token), undefined);
  });
}
