import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG, COMPLIANCE, call, startSimulator } from '../start-simulator.ts';

test('compliance courses come in pages without a total', async (t) => {
  const simulator = await startSimulator(t, { courses: 60, complianceCourses: 30 });
  const all = await call(simulator, COMPLIANCE);
  assert.equal(all.json.length, 30);
  assert.deepEqual(all.json, JSON.parse(JSON.stringify(simulator.data.complianceCourses)));
  const page = await call(simulator, `${COMPLIANCE}?max=7&offset=28`);
  assert.deepEqual(page.json, all.json.slice(28));
  assert.deepEqual((await call(simulator, `${COMPLIANCE}?offset=30`)).json, []);
  for (const name of ['x-total-count', 'link', 'x-paging-request-id']) assert.equal(page.headers[name], undefined);
  assert.equal((await call(simulator, `${COMPLIANCE}?max=1001`)).status, 422);
});

test('some compliance courses are in the catalog too, and some only in their own listing', async (t) => {
  const simulator = await startSimulator(t, { courses: 60, complianceCourses: 30 });
  const inCatalog = new Set((await call(simulator, CATALOG)).json.map(({ id }: { id: string }) => id));
  const { json } = await call(simulator, COMPLIANCE);
  const [shared, own] = [json.slice(0, 10), json.slice(10)];
  assert.ok(shared.every(({ id }: { id: string }) => inCatalog.has(id)));
  assert.ok(own.every(({ id }: { id: string }) => !inCatalog.has(id)));
  const types = own.map(({ contentType }: { contentType: { percipioType: string } }) => contentType.percipioType);
  assert.deepEqual([...new Set(types)].sort(), ['COMPLIANCE', 'COURSE']);
  assert.equal(new Set(json.map(({ id }: { id: string }) => id)).size, 30);
});

test('there are no compliance courses by default, and complianceAnswers rejects only their listing', async (t) => {
  assert.deepEqual((await call(await startSimulator(t), COMPLIANCE)).json, []);
  for (const complianceAnswers of [403, 404] as const) {
    const simulator = await startSimulator(t, { complianceCourses: 5, complianceAnswers });
    const refused = await call(simulator, COMPLIANCE);
    assert.deepEqual([refused.status, typeof refused.json.message], [complianceAnswers, 'string']);
    assert.equal((await call(simulator, CATALOG)).status, 200);
  }
});
