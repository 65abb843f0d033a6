import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLap, type Unit } from '../../../bench/grpc/lap.ts';

test('callers share the units, each is done once, and every call is counted', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  const units = Array.from(
    { length: 10 },
    (_, index): Unit =>
      async (timed) => {
        running++;
        most = Math.max(most, running);
        await timed(Promise.resolve({ items: index, bytes: 100 }));
        await timed(Promise.resolve({ items: 1, bytes: 5 }));
        running--;
        done.push(index);
      },
  );
  const lap = await runLap(3, units);
  assert.equal(most, 3);
  assert.deepEqual(
    done.toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.deepEqual([lap.calls, lap.items, lap.bytes], [20, 45 + 10, 1050]);
  assert.equal(lap.latenciesMs.length, 20);
});

test('a call that fails fails the lap', async () => {
  const failing: Unit = (timed) => timed(Promise.reject(new Error('the server has gone')));
  await assert.rejects(runLap(2, [failing]), /the server has gone/);
});
