import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogItem } from '../../../../src/simulator/percipio/organization/api-objects.ts';
import type { PercipioSimulator } from '../../../../src/simulator/percipio/percipio-simulator.ts';
import { call, SEARCH, startSimulator } from '../start-simulator.ts';

async function search(simulator: PercipioSimulator, query: Record<string, string>): Promise<CatalogItem[]> {
  const { status, json } = await call(simulator, `${SEARCH}?${new URLSearchParams(query)}`);
  assert.equal(status, 200);
  return json;
}

test('an id finds its item, and others that merely mention it, not the best match first', async (t) => {
  const simulator = await startSimulator(t, { courses: 50 });
  const [wanted, mentioning] = [simulator.data.courses[10], simulator.data.courses[2]];
  assert.ok(wanted && mentioning?.localizedMetadata?.[0]);
  mentioning.localizedMetadata[0].description = `See also ${wanted.id}.`;
  const found = await search(simulator, { q: wanted.id.toUpperCase() });
  assert.deepEqual(
    found.slice(0, 2).map(({ id }) => id),
    [mentioning.id, wanted.id],
  );
});

test('generated items mention others as their parents', async (t) => {
  const simulator = await startSimulator(t, { courses: 50 });
  const child = simulator.data.courses.find(({ associations }) => associations?.parent);
  const parentId = child?.associations?.parent?.id ?? '';
  const ids = (await search(simulator, { q: parentId })).map(({ id }) => id);
  assert.ok(ids.includes(parentId) && ids.includes(child?.id ?? ''));
});

test('code and titles are searched, without regard to case, and every word must be there', async (t) => {
  const simulator = await startSimulator(t, { courses: 3 });
  const item = simulator.data.courses[1];
  assert.ok(item);
  item.code = 'it_unique_code';
  item.localizedMetadata = [{ localeCode: 'fr-FR', title: 'Sécurité du nuage' }];
  for (const q of ['UNIQUE', 'sécurité', 'nuage sécurité']) {
    assert.deepEqual(
      (await search(simulator, { q })).map(({ id }) => id),
      [item.id],
      q,
    );
  }
  assert.deepEqual(await search(simulator, { q: 'nuage mer' }), []);
});

test('typeFilter leaves only the types that it names', async (t) => {
  const simulator = await startSimulator(t, { courses: 50 });
  const found = await search(simulator, { q: '', typeFilter: 'COURSE,ASSESSMENT', max: '1000' });
  const types = new Set(found.map(({ contentType }) => contentType?.percipioType));
  assert.deepEqual([...types].sort(), ['ASSESSMENT', 'COURSE']);
  assert.equal(found.length, 35);
});

test('a page is 25 items unless max says otherwise', async (t) => {
  const simulator = await startSimulator(t, { courses: 60 });
  const all = simulator.data.courses.map(({ id }) => id);
  const ids = async (query: Record<string, string>) => (await search(simulator, query)).map(({ id }) => id);
  assert.deepEqual(await ids({}), all.slice(0, 25));
  assert.deepEqual(await ids({ offset: '50' }), all.slice(50));
  assert.deepEqual(await ids({ max: '3', offset: '1' }), all.slice(1, 4));
  assert.equal((await call(simulator, `${SEARCH}?max=0`)).status, 422);
});
