import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { CATALOG, call, READY_AT_ONCE, requestReport, startSimulator, USERS } from './start-simulator.ts';

async function hashOfEverything(t: TestContext, seed: number): Promise<string> {
  const simulator = await startSimulator(t, { seed, users: 240, courses: 110, activityRows: 900, ...READY_AT_ONCE });
  const hash = createHash('sha256');
  hash.update((await call(simulator, USERS)).bytes);
  hash.update((await call(simulator, CATALOG)).bytes);
  hash.update((await call(simulator, await requestReport(simulator))).bytes);
  return hash.digest('hex');
}

test('the same seed gives the same users, catalog and report, byte for byte', async (t) => {
  assert.equal(await hashOfEverything(t, 7), await hashOfEverything(t, 7));
});

test('another seed gives other data', async (t) => {
  assert.notEqual(await hashOfEverything(t, 7), await hashOfEverything(t, 8));
});

test('the data of a seed stays what it was: figures that were measured with it can be compared', async (t) => {
  assert.equal(await hashOfEverything(t, 7), '1c11927fb2a2fe2cca4f988eff18008923dcbc5c1180664aff0416e1e03bbc58');
});
