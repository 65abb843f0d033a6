import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { CallAhead } from '../../../src/baton/sync/call-ahead.ts';
import { type ActionInit, action } from '../../../src/baton/sync/plan/sync-action.ts';
import { SyncState } from '../../../src/baton/sync/plan/sync-state.ts';
import type { ReceivedPage } from '../../../src/baton/sync/sync-step.ts';

/** Listings whose calls end when a test says so. Each has `pages` pages of `items` items. */
function plan(types: string[], { workers = 1, pages = 1, items = 1 } = {}) {
  const state = SyncState.start();
  state.advance({
    nextPageToken: '',
    actions: types.map((resourceTypeId) => action('list-resources', { resourceTypeId })),
  });
  const open = new Map<string, { resolve: (page: ReceivedPage) => void; reject: (error: Error) => void }>();
  const begun: string[] = [];
  const nameOf = ({ resourceTypeId, pageToken }: ActionInit) => resourceTypeId + (pageToken || '1');
  const calls = new CallAhead({
    call: (requested) => {
      const { promise, resolve, reject } = Promise.withResolvers<ReceivedPage>();
      begun.push(nameOf(requested));
      open.set(nameOf(requested), { resolve, reject });
      return promise;
    },
    callsMax: workers,
    upcoming: () => state.upcoming(),
  });
  const pageAfter = (name: string): ReceivedPage => {
    const number = Number(name.slice(1));
    return { nextPageToken: number < pages ? String(number + 1) : '', items, store: () => [] };
  };
  return {
    state,
    calls,
    begun,
    /** Lets calls return. */
    async end(...names: string[]) {
      for (const name of names) {
        open.get(name)?.resolve(pageAfter(name));
        open.delete(name);
        await setImmediate();
      }
    },
    fail: (name: string) => open.get(name)?.reject(new Error(`${name} failed`)),
    /** Takes the next page, and advances. */
    async take() {
      const current = state.current;
      assert.ok(current);
      const page = await calls.take(current);
      state.advance({ nextPageToken: page.nextPageToken, actions: page.store() });
      calls.release(current);
      return nameOf(current);
    },
  };
}

test('without concurrency a call is made when its turn comes', async () => {
  const { begun, take, end } = plan(['a', 'b'], { pages: 2 });
  for (const name of ['a1', 'a2', 'b1']) {
    const taken = take();
    assert.equal(begun.at(-1), name);
    await end(name);
    assert.equal(await taken, name);
    await setImmediate();
    assert.equal(begun.at(-1), name);
  }
});

test('calls of the next actions, and further pages of each, run ahead up to the limit', async () => {
  const { begun, take, end } = plan(['a', 'b', 'c', 'd'], { workers: 3, pages: 2 });
  const first = take();
  assert.deepEqual(begun, ['a1', 'b1', 'c1']);
  await end('b1');
  assert.deepEqual(begun.slice(3), ['b2']);
  await end('c1');
  assert.deepEqual(begun.slice(4), ['c2']);
  await end('a1');
  assert.equal(await first, 'a1');
  assert.deepEqual(begun.slice(5), ['a2']);
});

test('pages come in the order of the plan, whichever is there first', async () => {
  const { take, end } = plan(['a', 'b', 'c'], { workers: 3, pages: 2 });
  const first = take();
  await end('c1', 'b1', 'c2', 'b2', 'a1', 'a2');
  const order = [await first];
  for (let i = 0; i < 5; i++) order.push(await take());
  assert.deepEqual(order, ['a1', 'a2', 'b1', 'b2', 'c1', 'c2']);
});

test('what a page adds waits for a free call, and comes next', async () => {
  const { state, calls, begun, take, end } = plan(['a', 'b', 'c', 'd'], { workers: 2 });
  const current = state.current;
  assert.ok(current);
  const first = calls.take(current);
  await end('a1');
  await first;
  state.advance({ nextPageToken: '', actions: [action('list-resources', { resourceTypeId: 'n' })] });
  calls.release(current);
  const second = take();
  await setImmediate();
  assert.deepEqual(begun, ['a1', 'b1', 'c1']);
  await end('c1', 'n1');
  assert.equal(await second, 'n1');
  assert.deepEqual(begun.slice(0, 4), ['a1', 'b1', 'c1', 'n1']);
});

test('too much that waits for its turn holds up the calls ahead, but not the one whose turn it is', async () => {
  const { begun, take, end } = plan(['a', 'b'], { workers: 2, pages: 9, items: 50_000 });
  const first = take();
  await end('b1', 'b2');
  assert.deepEqual(begun, ['a1', 'b1', 'b2']);
  await end('a1');
  await first;
  const second = take();
  assert.equal(begun.at(-1), 'a2');
  await end('a2');
  assert.equal(await second, 'a2');
});

test('a failure is reported when its turn comes', async () => {
  const { take, end, fail } = plan(['a', 'b'], { workers: 2 });
  const first = take();
  fail('b1');
  await setImmediate();
  await end('a1');
  await first;
  await assert.rejects(take(), /b1 failed/);
});

test('a prefetched first page is used, and does not count as a running call', async () => {
  const { calls, begun, take, end } = plan(['a', 'b'], { workers: 1 });
  calls.prefetch(action('list-resources', { resourceTypeId: 'b' }));
  const first = take();
  assert.deepEqual(begun, ['b1', 'a1']);
  await end('a1', 'b1');
  assert.deepEqual([await first, await take()], ['a1', 'b1']);
  assert.deepEqual(begun, ['b1', 'a1']);
});

test('after its end no call begins', async () => {
  const { calls, begun, take, end } = plan(['a', 'b'], { workers: 2, pages: 9 });
  const first = take();
  calls[Symbol.dispose]();
  await end('a1', 'b1');
  await first;
  assert.deepEqual(begun, ['a1', 'b1']);
});
