import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { pause, untilAborted, withTimeLimit } from '../../../src/baton/net/abort.ts';

const reason = new Error('enough');
const never = new Promise<never>(() => {});
const timeoutError = () => new Error('too late');

test('a pause ends with the reason of its signal, before it or during it', async () => {
  await assert.rejects(pause(1, AbortSignal.abort(reason)), reason);
  const stop = new AbortController();
  const paused = pause(3_600_000, stop.signal);
  stop.abort(reason);
  await assert.rejects(paused, reason);
  await pause(0, new AbortController().signal);
});

test('untilAborted waits for work or for the signal, and leaves no listener', async () => {
  const stop = new AbortController();
  assert.equal(await untilAborted(Promise.resolve(7), stop.signal), 7);
  await assert.rejects(untilAborted(Promise.reject(new Error('broken')), stop.signal), /broken/);
  assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
  const waited = untilAborted(never, stop.signal);
  stop.abort(reason);
  await assert.rejects(waited, reason);
  await assert.rejects(untilAborted(Promise.resolve(7), stop.signal), reason);
});

test('work that fails after nobody waits for it any more is nobody‘s fault', async () => {
  const work = Promise.withResolvers<never>();
  await assert.rejects(untilAborted(work.promise, AbortSignal.abort(reason)), reason);
  // An unhandled rejection would fail this test.
  work.reject(new Error('later'));
  await new Promise(setImmediate);
});

test('a time limit ends work, and its error wins over what the work makes of that', async () => {
  const limit = { timeoutMs: 1, timeoutError };
  await assert.rejects(
    withTimeLimit(limit, (signal) => untilAborted(never, signal)),
    /too late/,
  );
  const clumsy = async (signal: AbortSignal) => {
    await untilAborted(never, signal).catch(() => {});
    throw new TypeError('clumsy');
  };
  await assert.rejects(withTimeLimit(limit, clumsy), /too late/);
});

test('work within its time limit keeps its result or its error, and its own signal', async () => {
  const limit = { timeoutMs: 3_600_000, timeoutError };
  assert.equal(await withTimeLimit(limit, async () => 7), 7);
  await assert.rejects(
    withTimeLimit(limit, async () => {
      throw reason;
    }),
    reason,
  );
  await assert.rejects(
    withTimeLimit({ ...limit, signal: AbortSignal.abort(reason) }, (signal) => untilAborted(never, signal)),
    reason,
  );
});

test('waits that are longer than a timer can be do not end at once', async () => {
  const longMs = 365 * 86_400_000;
  const stop = new AbortController();
  const paused = pause(longMs, stop.signal);
  const limited = withTimeLimit({ timeoutMs: longMs, timeoutError }, () => pause(20, stop.signal));
  await limited;
  stop.abort(reason);
  await assert.rejects(paused, reason);
});
