import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OddValue } from '../../../../src/simulator/percipio/odd/odd-value.ts';
import {
  CATALOG,
  COMPLIANCE,
  call,
  READY_AT_ONCE,
  REPORTS,
  requestReport,
  SEARCH,
  startSimulator,
  USERS,
} from '../start-simulator.ts';

const SIZE = { seed: 5, users: 400, courses: 200, complianceCourses: 9, activityRows: 3000, ...READY_AT_ONCE };
const ODD = { ...SIZE, oddValues: true };

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What can be read of a value: a text without markup, entities and padding. */
function textOf(value: unknown): string | undefined {
  const entities: Record<string, string> = {
    '&amp;': '&',
    '&lt;': '<',
    '&quot;': '"',
    '&#39;': "'",
    '&nbsp;': ' ',
    '&rsquo;': '’',
    '&ndash;': '–',
    '&uuml;': 'ü',
  };
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  const text = value
    .replaceAll(/<\/?[a-z]+( \/)?>/g, ' ')
    .replaceAll(/&#?\w+;/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ([.:])/g, '$1')
    .trim();
  return text === '' ? undefined : text;
}

function plainOf(value: unknown): OddValue['plain'] {
  return Array.isArray(value) ? value.flatMap((each) => textOf(each) ?? []) : textOf(value);
}

/** What an object as it was answered holds for a field that has an odd value. */
function read(of: Json, { field }: OddValue): unknown {
  const [first = '', rest] = field.split('.');
  if (first === 'customAttributes' && rest !== undefined) {
    const { customAttributes } = of;
    if (isObject(customAttributes)) return customAttributes[rest];
    const attributes = (customAttributes as unknown[]).filter(isObject);
    return attributes.find(({ name }) => textOf(name) === rest)?.value;
  }
  if (first === 'title' || first === 'description') {
    const { localizedMetadata } = of;
    return Array.isArray(localizedMetadata) ? localizedMetadata.filter(isObject)[0]?.[first] : undefined;
  }
  const value = of[first];
  return rest === undefined ? value : isObject(value) ? value[rest] : undefined;
}

test('each odd value in a response reads leniently as its plain text', async (t) => {
  const simulator = await startSimulator(t, ODD);
  const lists = [await call(simulator, USERS), await call(simulator, CATALOG), await call(simulator, COMPLIANCE)];
  const byId = new Map<unknown, Json>(
    lists.flatMap(({ json }) => json.filter(isObject).map((of: Json) => [of.id, of])),
  );
  assert.ok(simulator.oddValues.length > 150);
  let compared = 0;
  for (const odd of simulator.oddValues) {
    const of = byId.get(odd.id);
    assert.ok(of);
    if (odd.plain === undefined) continue;
    const expected = typeof odd.plain === 'string' ? odd.plain.replaceAll(/\s+/g, ' ') : odd.plain;
    assert.deepEqual(plainOf(read(of, odd)), expected, `${odd.oddity}: ${odd.field}`);
    compared += 1;
  }
  assert.ok(compared > 100, String(compared));
});

test('an organization of some size has every oddity, and the same seed gives the same odd values', async (t) => {
  const [one, same, other] = await Promise.all([
    startSimulator(t, ODD),
    startSimulator(t, ODD),
    startSimulator(t, { ...ODD, seed: 6 }),
  ]);
  const oddities = new Set(one.oddValues.map(({ of, oddity }) => `${of}: ${oddity}`));
  assert.equal(oddities.size, 33 + 35);
  assert.deepEqual(one.oddValues, same.oddValues);
  assert.equal((await call(one, USERS)).text, (await call(same, USERS)).text);
  assert.notDeepEqual(
    one.oddValues.map(({ oddity }) => oddity),
    other.oddValues.map(({ oddity }) => oddity),
  );
  assert.deepEqual((await startSimulator(t, SIZE)).oddValues, []);
});

test('lists have null entries, which count toward the total', async (t) => {
  const simulator = await startSimulator(t, ODD);
  const { json, headers } = await call(simulator, USERS);
  const nulls = json.filter((each: unknown) => each === null).length;
  assert.equal(json[0], null);
  assert.equal(nulls, 11);
  assert.equal(json.length, 400 + nulls);
  assert.equal(headers['x-total-count'], String(json.length));
  const pages = [];
  for (let offset = 0; offset < json.length; offset += 30) {
    pages.push(...(await call(simulator, `${USERS}?max=30&offset=${offset}`)).json);
  }
  assert.deepEqual(pages, json);
  for (const path of [CATALOG, COMPLIANCE, `${SEARCH}?q=item`, '/common/v1/organizations/{org}/license-pools']) {
    const list = (await call(simulator, path)).json;
    assert.ok(list.includes(null) && list.some(isObject), path);
  }
});

test('users with numeric ids and login names can be looked up and changed by them', async (t) => {
  const simulator = await startSimulator(t, ODD);
  const called = (oddity: string) => simulator.oddValues.find((odd) => odd.oddity === oddity);
  const byId = called('an external id that is a number');
  const byName = called('a login name that is a number');
  assert.ok(byId && byName);
  const found = await call(simulator, `${USERS}/external-user-id/${byId.plain}`);
  assert.deepEqual([found.status, found.json.id], [200, byId.id]);
  const changed = await call(simulator, `${USERS}/login-name/${byName.plain}`, {
    method: 'PATCH',
    body: { lastName: 'New' },
  });
  assert.deepEqual([changed.status, changed.json.id], [200, byName.id]);
  assert.equal((await call(simulator, `${USERS}?updatedSince=2020-01-01T00:00:00Z`)).status, 200);
});

test('the truth follows odd values: statuses in any case, unknown types, padded roles, unreadable rows', async (t) => {
  const simulator = await startSimulator(t, ODD);
  const { truth } = simulator;
  const users: Json[] = (await call(simulator, USERS)).json.filter(isObject);
  const compliance: Json[] = (await call(simulator, COMPLIANCE)).json.filter(isObject);
  const complianceIds = new Set(compliance.map(({ id }) => id));
  const catalog: Json[] = (await call(simulator, CATALOG)).json.filter(isObject);
  const items = [...catalog.filter(({ id }) => !complianceIds.has(id)), ...compliance];
  const part = (of: unknown, name: string): unknown => (isObject(of) ? of[name] : undefined);
  const courseIds = items
    .filter(
      ({ id, contentType }) =>
        complianceIds.has(id) || /^(COURSE|ASSESSMENT)$/.test(String(part(contentType, 'percipioType'))),
    )
    .filter(({ lifecycle }) => !/^inactive$/i.test(String(part(lifecycle, 'status'))))
    .map(({ id }) => String(id));
  assert.deepEqual([...truth.courseIds()].sort(), courseIds.sort());
  const roles = users.flatMap(({ role }) => (typeof role === 'string' ? (textOf(role) ?? []) : []));
  assert.ok(roles.includes('TEAM_COACH'));
  const known = ['ADMIN', 'CONTENT_COORDINATOR', 'CONTENT_CURATOR', 'LEARNER', 'LEARNING_ADMIN', 'MANAGER'];
  assert.deepEqual([...truth.roleIds()].sort(), [...new Set([...known, ...roles])].sort());
  assert.equal(truth.counts().roleGrants, roles.length);

  const rows: unknown[] = (await call(simulator, await requestReport(simulator))).json;
  const userIds = new Set(users.map(({ id }) => id));
  const grants = new Map<string, string>();
  let unreadable = 0;
  for (const row of rows) {
    const { contentUuid, userUuid, status } = isObject(row) ? row : {};
    if (![contentUuid, userUuid, status].every((value) => typeof value === 'string')) {
      unreadable += 1;
      continue;
    }
    const slug = /^(completed|achieved)$/i.test(String(status)) ? 'completed' : 'in_progress';
    if (!/^(completed|achieved|started|active)$/i.test(String(status))) continue;
    if (!truth.courseIds().has(String(contentUuid)) || !userIds.has(userUuid)) continue;
    const pair = `${contentUuid} ${userUuid}`;
    if (grants.get(pair) !== 'completed') grants.set(pair, slug);
  }
  const expected = [...grants].map(([pair, slug]) => pair.replace(/(.*) (.*)/, `course:$1:${slug}:user:$2`));
  assert.deepEqual([...truth.grantIds({ type: 'course' })].sort(), expected.sort());
  assert.equal(truth.counts().rows, rows.length);
  assert.equal(truth.counts().rowsLeftOut.unreadable, unreadable);
  assert.equal(unreadable, 12);
  assert.equal((await startSimulator(t, SIZE)).truth.counts().rowsLeftOut.unreadable, undefined);
});

test('odd rows have a date, and mappings and entitlements work with odd values', async (t) => {
  const simulator = await startSimulator(t, { ...ODD, hasLicenseSeats: true });
  const before = { start: '2015-01-01T00:00:00Z', end: '2024-12-01T00:00:00Z', contentType: 'Course,Assessment' };
  assert.ok((await call(simulator, await requestReport(simulator, before))).json.every(isObject));
  const mapped = { ...before, end: '2030-01-01T00:00:00Z', mapping: '[$.{"u": userUuid}]' };
  assert.equal((await call(simulator, await requestReport(simulator, mapped))).status, 200);
  const { json } = await call(simulator, `${REPORTS}/entitlements`, { method: 'POST' });
  const rows = (await call(simulator, `${REPORTS}/${json.id}`)).json;
  assert.ok(rows.every(({ userId }: { userId: unknown }) => typeof userId === 'string'));
  assert.equal(
    simulator.truth.consumedLicenses().length,
    rows.filter(({ userId }: { userId: string }) => userId !== '').length,
  );
});
