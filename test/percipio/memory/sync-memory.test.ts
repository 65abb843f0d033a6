import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncMemory } from '../../../src/percipio/memory/sync-memory.ts';
import { createIdleScope } from './create-scope.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A memory with a clock that a test sets, and the numbers of the scopes whose reports of both kinds were closed. */
function createMemory() {
  const clock = { ms: 0 };
  const closed: number[] = [];
  let made = 0;
  const createScope = () => {
    const number = made++;
    const scope = createIdleScope();
    const open = new Set<unknown>([scope.reports, scope.licenseReports]);
    for (const reports of [scope.reports, scope.licenseReports]) {
      reports.close = () => {
        open.delete(reports);
        if (open.size === 0) closed.push(number);
      };
    }
    return scope;
  };
  return { memory: new SyncMemory(createScope, () => clock.ms), clock, closed };
}

test('a sync finds its scope again, and another sync has one of its own', () => {
  const { memory } = createMemory();
  const first = memory.scopeOf('a');
  assert.equal(memory.scopeOf('a'), first);
  assert.notEqual(memory.scopeOf('b'), first);
  assert.notEqual(memory.scopeOf('b').reports, first.reports);
});

test('forget closes the reports of that sync alone, and the sync begins anew', () => {
  const { memory, closed } = createMemory();
  const first = memory.scopeOf('a');
  const other = memory.scopeOf('b');
  memory.forget('a');
  assert.deepEqual(closed, [0]);
  assert.notEqual(memory.scopeOf('a'), first);
  assert.equal(memory.scopeOf('b'), other);
});

test('forgetting a sync that is not known is no error', () => {
  const { memory, closed } = createMemory();
  memory.forget('never seen');
  assert.deepEqual(closed, []);
});

test('callers without a sync id share a scope for 15 minutes, however often they use it', () => {
  const { memory, clock, closed } = createMemory();
  const first = memory.scopeOf(undefined);
  for (let minute = 1; minute <= 15; minute += 1) {
    clock.ms = minute * minuteMs;
    assert.equal(memory.scopeOf(undefined), first, `after ${minute} minutes`);
  }
  clock.ms += 1;
  assert.notEqual(memory.scopeOf(undefined), first);
  assert.deepEqual(closed, [0]);
});

test('a sync keeps its scope for as long as it is used, and 6 hours longer', () => {
  const { memory, clock, closed } = createMemory();
  const first = memory.scopeOf('a');
  for (let times = 1; times <= 4; times += 1) {
    clock.ms += 6 * hourMs;
    assert.equal(memory.scopeOf('a'), first);
  }
  clock.ms += 6 * hourMs + 1;
  memory.scopeOf('b');
  assert.deepEqual(closed, [0]);
});

test('close closes the reports of every sync', () => {
  const { memory, closed } = createMemory();
  memory.scopeOf('a');
  memory.scopeOf(undefined);
  memory.close();
  assert.deepEqual(closed, [0, 1]);
});

test('prefetchScope: the next new sync gets the scope, once', () => {
  const { memory } = createMemory();
  const old = memory.scopeOf('old');
  const prefetched = memory.prefetchScope();
  assert.ok(prefetched);
  assert.equal(memory.prefetchScope(), prefetched);
  assert.equal(memory.scopeOf('old'), old);
  assert.notEqual(memory.scopeOf(undefined), prefetched, 'callers without a sync begin none');
  assert.equal(memory.scopeOf('a'), prefetched);
  assert.equal(memory.scopeOf('a'), prefetched);
  assert.notEqual(memory.scopeOf('b'), prefetched);
});

test('prefetchScope: a scope waits a minute; if no sync used it, there is no other one until a sync begins', () => {
  const { memory, clock } = createMemory();
  const prefetched = memory.prefetchScope();
  clock.ms += minuteMs;
  assert.equal(memory.prefetchScope(), prefetched);
  clock.ms += 1;
  assert.equal(memory.prefetchScope(), undefined);
  clock.ms += hourMs;
  assert.equal(memory.prefetchScope(), undefined);
  assert.notEqual(memory.scopeOf('a'), prefetched);
  assert.ok(memory.prefetchScope());
});

test('begin: a scope takes over nothing that was prefetched', () => {
  const { memory, closed } = createMemory();
  const first = memory.scopeOf('a');
  const prefetched = memory.prefetchScope();
  memory.begin('a');
  assert.deepEqual(closed, [0]);
  assert.notEqual(memory.scopeOf('a'), first);
  assert.notEqual(memory.scopeOf('a'), prefetched);
  assert.equal(memory.scopeOf('b'), prefetched);
});
