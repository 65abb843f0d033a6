import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RunningCall, RunningCalls } from '../../../src/baton/server/running-calls.ts';

function createCalls(services: readonly string[]) {
  const running = new RunningCalls();
  const stopped: number[] = [];
  const calls = services.map((service, index): RunningCall => ({ service, stop: () => stopped.push(index) }));
  for (const call of calls) running.add(call);
  return { running, calls, stopped };
}

test('those are stopped that run still, in whatever order the others have ended', () => {
  const { running, calls, stopped } = createCalls(['a', 'b', 'a', 'b', 'a']);
  for (const index of [0, 4, 2]) running.delete(calls[index] as RunningCall);
  running.stop();
  assert.deepEqual(stopped.sort(), [1, 3]);
});

test('the calls of some services are stopped alone', () => {
  const { running, stopped } = createCalls(['a', 'b', 'a']);
  running.stop(new Set(['a']));
  assert.deepEqual(stopped, [0, 2]);
});

test('none() waits for the last call, and for a later one again', async () => {
  const { running, calls } = createCalls(['a', 'b']);
  let isNone = false;
  const none = running.none().then(() => {
    isNone = true;
  });
  running.delete(calls[0] as RunningCall);
  running.delete(calls[0] as RunningCall);
  await null;
  assert.equal(isNone, false);
  running.delete(calls[1] as RunningCall);
  await none;
  await running.none();
  running.add(calls[0] as RunningCall);
  const again = running.none();
  running.delete(calls[0] as RunningCall);
  await again;
});
