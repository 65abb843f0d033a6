import assert from 'node:assert/strict';
import { test } from 'node:test';
import { action } from '../../../../src/baton/sync/plan/sync-action.ts';
import { SyncState } from '../../../../src/baton/sync/plan/sync-state.ts';

const done = { nextPageToken: '', actions: [] };
const typeIds = (state: SyncState) => Array.from(state.upcoming(), ({ resourceTypeId }) => resourceTypeId);
const listing = (resourceTypeId: string) => action('list-resources', { resourceTypeId });

/** A state in which the listings of types remain. */
function listings(...ids: string[]): SyncState {
  const state = SyncState.start();
  state.advance({ nextPageToken: '', actions: ids.map(listing) });
  return state;
}

test('a sync starts with its planning, and ends when nothing is left', () => {
  const state = SyncState.start();
  assert.equal(state.current?.operation, 'init');
  state.advance(done);
  assert.equal(state.current, undefined);
  assert.deepEqual([state.actionsPushed, state.actionsCompleted], [1, 1]);
  assert.throws(() => state.advance(done), /has ended/);
});

test('actions are done in the order in which they were planned', () => {
  assert.deepEqual(typeIds(listings('a', 'b', 'c')), ['a', 'b', 'c']);
});

test('what a page adds is done before its next page, and that before the others', () => {
  const state = listings('a', 'b');
  state.advance({ nextPageToken: '2', actions: [listing('a1'), listing('a2')] });
  assert.deepEqual(
    Array.from(state.upcoming(), ({ resourceTypeId, pageToken }) => resourceTypeId + pageToken),
    ['a1', 'a2', 'a2', 'b'],
  );
  assert.equal(state.actionsCompleted, 1);
});

test('ids ascend from the bottom of the stack to its top', () => {
  const state = listings('a', 'b');
  state.advance({ nextPageToken: '2', actions: [listing('a1')] });
  state.advance({ nextPageToken: '', actions: [listing('c')] });
  const ids = Array.from(state.upcoming(), ({ id }) => id);
  assert.deepEqual(ids, ['0000000004', '0000000002', '0000000001']);
});

test('a call that responses enqueue twice is made once', () => {
  const grants = action('list-grants', { resourceTypeId: 'book', pageToken: 'shard', spawned: true });
  const state = SyncState.start();
  const dropped = [
    state.advance({ nextPageToken: '', actions: [grants] }),
    state.advance({ nextPageToken: '', actions: [grants] }),
  ];
  assert.deepEqual([dropped, state.current], [[0, 1], undefined]);
});

test('a planning that continues remembers that whole types are planned', () => {
  const state = SyncState.start();
  state.advance({ nextPageToken: '', actions: [action('list-grants')] });
  state.advance({ nextPageToken: '11', actions: [], typeScopedPlanned: true });
  assert.equal(state.current?.typeScopedPlanned, true);
  state.advance({ nextPageToken: '12', actions: [] });
  assert.equal(state.current?.typeScopedPlanned, true);
});
