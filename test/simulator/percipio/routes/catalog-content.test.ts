import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogItem } from '../../../../src/simulator/percipio/organization/api-objects.ts';
import { CATALOG, type Called, call, startSimulator } from '../start-simulator.ts';

function relations({ headers }: Called): Record<string, URL> {
  const links = String(headers.link).matchAll(/<([^>]+)>; rel="(\w+)"/g);
  return Object.fromEntries([...links].map(([, url = '', rel = '']) => [rel, new URL(url)]));
}

const offsetOf = (url: URL | undefined) => url?.searchParams.get('offset');

test('the first page carries x-paging-request-id and link; the later ones carry neither', async (t) => {
  const simulator = await startSimulator(t, { courses: 25 });
  const first = await call(simulator, `${CATALOG}?max=10`);
  const id = first.headers['x-paging-request-id'];
  assert.match(String(id), /^[0-9a-f-]{36}$/);
  const links = relations(first);
  assert.deepEqual(Object.keys(links), ['first', 'next', 'last']);
  assert.deepEqual([offsetOf(links.first), offsetOf(links.next), offsetOf(links.last)], ['0', '10', '20']);
  assert.equal(links.last?.searchParams.get('pagingRequestId'), id);
  assert.equal(links.last?.searchParams.get('max'), '10');
  assert.equal(links.last?.pathname, CATALOG.replace('{org}', simulator.organizationId));
  const items = [...first.json];
  for (const offset of [10, 20]) {
    const page = await call(simulator, `${CATALOG}?max=10&offset=${offset}&pagingRequestId=${id}`);
    assert.equal(page.headers['x-paging-request-id'], undefined);
    assert.equal(page.headers.link, undefined);
    items.push(...page.json);
  }
  assert.deepEqual(items, simulator.data.courses);
  assert.deepEqual((await call(simulator, `${CATALOG}?max=10&offset=30&pagingRequestId=${id}`)).json, []);
});

test('the links can be followed', async (t) => {
  const simulator = await startSimulator(t, { courses: 25 });
  const { last } = relations(await call(simulator, `${CATALOG}?max=10`));
  assert.ok(last);
  assert.equal(last.origin, simulator.url);
  assert.deepEqual((await call(simulator, last.pathname + last.search)).json, simulator.data.courses.slice(20));
});

test('rel=last is the offset of the last page that has items, also at the edges', async (t) => {
  for (const [courses, last] of [
    [0, '0'],
    [1, '0'],
    [10, '0'],
    [11, '10'],
    [20, '10'],
    [21, '20'],
  ] as const) {
    const simulator = await startSimulator(t, { courses });
    assert.equal(offsetOf(relations(await call(simulator, `${CATALOG}?max=10`)).last), last, `${courses} items`);
  }
});

test('a first request in the middle has a link to the page before, too', async (t) => {
  const simulator = await startSimulator(t, { courses: 25 });
  const links = relations(await call(simulator, `${CATALOG}?max=10&offset=20`));
  assert.deepEqual(Object.keys(links), ['first', 'prev', 'last']);
  assert.equal(offsetOf(links.prev), '10');
});

test('pages come from the data as it was at the first one, whatever is edited meanwhile', async (t) => {
  const simulator = await startSimulator(t, { courses: 30 });
  const before: CatalogItem[] = structuredClone(simulator.data.courses);
  const id = (await call(simulator, `${CATALOG}?max=10`)).headers['x-paging-request-id'];
  const edited = simulator.data.courses[15];
  assert.ok(edited?.lifecycle);
  edited.lifecycle.status = 'EDITED';
  simulator.data.courses.splice(11, 2);
  simulator.data.courses.unshift({ id: 'added' });
  const frozen = await call(simulator, `${CATALOG}?max=20&offset=10&pagingRequestId=${id}`);
  assert.deepEqual(frozen.json, before.slice(10));
  const fresh = await call(simulator, CATALOG);
  assert.equal(fresh.json[0].id, 'added');
  assert.notEqual(fresh.headers['x-paging-request-id'], id);
});

test('an unknown pagingRequestId is 404, and so is one whose data set was pushed out by newer ones', async (t) => {
  const simulator = await startSimulator(t, { courses: 5 });
  assert.equal((await call(simulator, `${CATALOG}?pagingRequestId=unknown`)).status, 404);
  const id = (await call(simulator, CATALOG)).headers['x-paging-request-id'];
  for (let count = 0; count < 8; count += 1) {
    assert.equal((await call(simulator, `${CATALOG}?pagingRequestId=${id}`)).status, 200);
    await call(simulator, CATALOG);
  }
  assert.equal((await call(simulator, `${CATALOG}?pagingRequestId=${id}`)).status, 404);
});

test('catalogLast decides which headers tell where the end is', async (t) => {
  for (const [catalogLast, hasLink, total] of [
    ['link', true, undefined],
    ['total', false, '12'],
    ['both', true, '12'],
    ['neither', false, undefined],
  ] as const) {
    const simulator = await startSimulator(t, { courses: 12, catalogLast });
    const first = await call(simulator, `${CATALOG}?max=10`);
    assert.equal(first.headers.link !== undefined, hasLink, catalogLast);
    assert.equal(first.headers['x-total-count'], total, catalogLast);
    const id = first.headers['x-paging-request-id'];
    const later = await call(simulator, `${CATALOG}?max=10&offset=10&pagingRequestId=${id}`);
    assert.equal(later.headers['x-total-count'], total, catalogLast);
  }
});

test('updatedSince leaves out items that were changed before', async (t) => {
  const simulator = await startSimulator(t, { courses: 200 });
  const { json } = await call(simulator, `${CATALOG}?updatedSince=2024-01-01T00:00:00Z`);
  assert.ok(json.length > 0 && json.length < 200);
  assert.ok(json.every(({ lifecycle }: CatalogItem) => (lifecycle?.lastUpdatedDate ?? '') >= '2024-01-01'));
});

test('max beyond 1000 is 422', async (t) => {
  const simulator = await startSimulator(t, { courses: 1 });
  assert.equal((await call(simulator, `${CATALOG}?max=1001`)).status, 422);
});
