import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, startSimulator, USERS } from '../start-simulator.ts';

test("the date header tells the time of the simulator's clock", async (t) => {
  const nowMs = Date.UTC(2031, 1, 3, 4, 5, 6, 789);
  const { headers } = await call(await startSimulator(t, { now: () => nowMs }), USERS);
  assert.equal(headers.date, 'Mon, 03 Feb 2031 04:05:06 GMT');
});
