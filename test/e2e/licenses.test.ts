// Which licenses a sync has, who has consumed them, and what it costs.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { LicenseProfileTraitSchema } from '#gen/c1/connector/v2/annotation_trait_pb.js';
import { readC1z } from '../../src/baton/c1z/c1z-reader.ts';
import type { PercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../../src/simulator/percipio/simulator-options.ts';
import { call, READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, readIds, runForSummary, runProgram, trueIds } from './run-program.ts';

const on = ['--sync-licenses'];

async function start(t: TestContext, options: PercipioSimulatorOptions = {}) {
  const simulator = await startSimulator(t, {
    users: 250,
    courses: 30,
    activityRows: 500,
    ...READY_AT_ONCE,
    ...options,
  });
  return { simulator, folder: await createWorkFolder(t) };
}

/** Ids of collections by name, and of pools. */
async function readObjects(simulator: PercipioSimulator) {
  const list = async (name: string): Promise<{ id: string; name: string }[]> => {
    const { json } = await call(simulator, `/common/v1/organizations/${simulator.organizationId}/${name}`);
    return json.filter((entry: unknown) => entry !== null);
  };
  const collections = new Map((await list('collections')).map(({ id, name }) => [name, id]));
  return { collections, pools: (await list('license-pools')).map(({ id }) => id) };
}

/** The ids of a sync that has licenses. */
async function trueIdsWithLicenses(simulator: PercipioSimulator) {
  const { collections, pools } = await readObjects(simulator);
  const { resources, entitlements, grants } = trueIds(simulator);
  const consumed = simulator.truth.consumedLicenses();
  return {
    resources: [
      ...resources,
      ...Array.from(collections.values(), (id) => `license:${id}`),
      ...pools.map((id) => `license:pool-${id}`),
    ].sort(),
    entitlements: [...entitlements, ...Array.from(collections.values(), (id) => `license:${id}:consumed`)].sort(),
    grants: [
      ...grants,
      ...consumed.map(({ collection, userId }) => `license:${collections.get(collection)}:consumed:user:${userId}`),
    ].sort(),
  };
}

/** The requests of a sync by the end of their path, without those for reports, which have ids. */
const requested = ({ requests }: PercipioSimulator) =>
  requests.all
    .map(
      ({ method, path }) =>
        `${method} ${path
          .replace(/\/[-0-9a-f]{36}$/, '/:id')
          .split('/')
          .at(-1)}`,
    )
    .sort();

test('the file has each license and the true grants, joined by external id or login name; it costs a second report', async (t) => {
  const { simulator, folder } = await start(t);
  for (const [index, user] of simulator.data.users.entries()) {
    if (index % 7 === 2) user.externalUserId = null;
    // Percipio ignores the case of both.
    if (index % 7 === 3) user.externalUserId = user.externalUserId?.toUpperCase() ?? null;
  }
  const summary = await runForSummary(simulator, folder, { argv: on });
  const requests = requested(simulator);
  const expected = await trueIdsWithLicenses(simulator);
  assert.deepEqual(await readIds(folder.file), expected);
  const consumed = simulator.truth.consumedLicenses();
  const inactive = simulator.data.users.filter(({ isActive }) => isActive === false).map(({ id }) => id);
  assert.ok(consumed.some(({ userId }) => inactive.includes(userId)));
  assert.equal(summary.resources.license, 4);
  assert.equal(summary.entitlements.license, 3);
  assert.equal(summary.grants['license consumed'], consumed.length);
  const rows = 250 + Math.ceil(250 / 3);
  const nameless = rows - consumed.length;
  assert.ok(nameless > 0);
  assert.equal(summary.left_out['license rows without a collection or a user id'], nameless);
  assert.deepEqual(summary.warnings, []);
  assert.deepEqual(requests, [
    'GET :id',
    'GET :id',
    'GET catalog-content',
    'GET collections',
    'GET compliance-content',
    'GET license-pools',
    'GET users',
    'POST entitlements',
    'POST learning-activity',
  ]);
  const [request] = simulator.requests.of({ method: 'POST', path: /entitlements$/ });
  const { start: from, end, ...others } = (request?.body ?? {}) as Record<string, unknown>;
  assert.equal(from, '2010-01-01T00:00:00.000Z');
  assert.ok(Math.abs(Date.parse(String(end)) - Date.now()) < 600_000);
  assert.deepEqual(others, { isFileRequiredInSftp: false, formatType: 'JSON' });
});

test('without --sync-licenses nothing of them is requested, listed or in the file', async (t) => {
  const { simulator, folder } = await start(t);
  await runForSummary(simulator, folder);
  assert.deepEqual(await readIds(folder.file), trueIds(simulator));
  assert.equal(simulator.requests.of({ path: /common|entitlements/ }).length, 0);
  const { exitCode, stderr } = await runProgram(simulator, folder, { argv: ['--sync-resource-types=license'] });
  assert.equal(exitCode, 1);
  assert.match(stderr, /invalid resource type 'license' in filter; this connector has: course, role, user/);
});

for (const hasLicenseSeats of [false, true]) {
  test(`a pool has the seats that Percipio ${hasLicenseSeats ? 'reports' : 'does not report'}, and names whose seats they are`, async (t) => {
    const { simulator, folder } = await start(t, { hasLicenseSeats });
    const { sync_id } = await runForSummary(simulator, folder, { argv: on });
    const { collections } = await readObjects(simulator);
    await using file = await readC1z(folder.file);
    const licenses = [...file.records(sync_id).allResources({ resourceTypeId: 'license' })].map((license) => {
      const [any] = license.annotations;
      const trait = any && anyUnpack(any, LicenseProfileTraitSchema);
      assert.ok(trait);
      const { licenseName, purchasedSeats, consumedSeats, entitlementIds } = trait;
      return { licenseName, purchasedSeats, consumedSeats, entitlementIds: entitlementIds.toSorted() };
    });
    const holders = new Set(simulator.truth.consumedLicenses().map(({ userId }) => userId)).size + 1;
    const idOf = (name: string) => `license:${collections.get(name)}:consumed`;
    assert.deepEqual(
      licenses.toSorted((a, b) => (a.licenseName < b.licenseName ? -1 : 1)),
      [
        ...['Compliance Collection', 'Leadership Collection'].map((name) => ({
          licenseName: name,
          purchasedSeats: 0n,
          consumedSeats: 0n,
          entitlementIds: [idOf(name)],
        })),
        {
          licenseName: 'Main Pool',
          purchasedSeats: hasLicenseSeats ? BigInt(holders + 25) : 0n,
          consumedSeats: hasLicenseSeats ? BigInt(holders) : 0n,
          entitlementIds: Array.from(collections.keys(), idOf).sort(),
        },
        {
          licenseName: 'Simulated Collection',
          purchasedSeats: 0n,
          consumedSeats: 0n,
          entitlementIds: [idOf('Simulated Collection')],
        },
      ],
    );
  });
}

test('licenses alone: no grants without users, which the summary says, and so no report', async (t) => {
  const { simulator, folder } = await start(t);
  const summary = await runForSummary(simulator, folder, { argv: [...on, '--sync-resource-types=license'] });
  assert.deepEqual(summary.resources, { license: 4 });
  assert.deepEqual(summary.grants, {});
  assert.deepEqual(summary.warnings, ['grants of licenses are not synced: --sync-resource-types excludes users']);
  assert.deepEqual(requested(simulator), ['GET collections', 'GET license-pools']);
});

test('licenses and users: one report', async (t) => {
  const { simulator, folder } = await start(t);
  const summary = await runForSummary(simulator, folder, { argv: [...on, '--sync-resource-types=license,user'] });
  assert.equal(summary.grants['license consumed'], simulator.truth.consumedLicenses().length);
  assert.deepEqual(requested(simulator), [
    'GET :id',
    'GET collections',
    'GET license-pools',
    'GET users',
    'POST entitlements',
  ]);
});

test('no report is requested for a sync without grants', async (t) => {
  const { simulator, folder } = await start(t);
  const summary = await runForSummary(simulator, folder, { argv: [...on, '--skip-entitlements-and-grants'] });
  assert.equal(summary.resources.license, 4);
  assert.equal(simulator.requests.of({ method: 'POST' }).length, 0);
});

test('a targeted sync reads a collection and a pool, and misses what does not exist', async (t) => {
  const { simulator, folder } = await start(t);
  const { collections, pools } = await readObjects(simulator);
  const [first] = collections.values();
  const ids = [first, `pool-${pools[0]}`, 'nothing'].map((id) => `bid:r:license/${id}`);
  const summary = await runForSummary(simulator, folder, { argv: [...on, `--sync-resources=${ids.join(',')}`] });
  assert.equal(summary.resources.license, 2);
  assert.match(summary.warnings.join(), /license nothing was skipped/);
});

test('rows of unknown users and collections, repeated and unreadable rows give no grant, and are counted', async (t) => {
  const { simulator, folder } = await start(t, { users: 3 });
  const [ada, bob, eve] = simulator.data.users;
  assert.ok(ada && bob && eve);
  Object.assign(ada, { externalUserId: 'E1', loginName: 'ada' });
  Object.assign(bob, { externalUserId: null, loginName: 'e9' });
  Object.assign(eve, { externalUserId: 'E9' });
  const { collections } = await readObjects(simulator);
  const row = (collection: unknown, userId: unknown) => ({ collection, userId, consumed: '2024-05-06' });
  const rows = [
    row(' Leadership Collection ', ' e1 '),
    row('Leadership Collection', 'E1'),
    row('Leadership Collection', 'ada'),
    row('Leadership Collection', 'E9'),
    row('Another Collection', 'E1'),
    row('Leadership Collection', null),
    row(undefined, 'E1'),
    row('Leadership Collection', ''),
  ];
  simulator.setReport('next', JSON.stringify([]));
  simulator.setReport('next', JSON.stringify(rows));
  const argv = [...on, '--sync-resource-types=license,user'];
  await runForSummary(simulator, folder, { argv });
  const summary = await runForSummary(simulator, folder, { argv });
  const { grants } = await readIds(folder.file);
  assert.deepEqual(grants, [`license:${collections.get('Leadership Collection')}:consumed:user:${ada.id}`]);
  const left = Object.entries(summary.left_out).filter(([reason]) => reason.startsWith('license rows'));
  assert.deepEqual(Object.fromEntries(left), {
    'license rows of collections that are not synced': 1,
    'license rows of users that are not synced': 1,
    'license rows without a collection or a user id': 3,
    'license rows whose user id or collection is not unique': 1,
    'license rows that repeat a user and a collection': 1,
  });
});

test('a report none of whose rows gives a grant is a warning, not just an empty review', async (t) => {
  const { simulator, folder } = await start(t, { users: 3 });
  simulator.setReport('next', JSON.stringify([{ collection: 'Another Collection', userId: 'E100000' }]));
  const summary = await runForSummary(simulator, folder, { argv: [...on, '--sync-resource-types=license,user'] });
  assert.deepEqual(summary.warnings, ['no row of the license report gives a grant; the summary says why']);
});

test('odd values: null entries are counted, and every grant is there', async (t) => {
  const { simulator, folder } = await start(t, { users: 400, oddValues: true, hasLicenseSeats: true });
  const argv = [...on, '--sync-resource-types=license,user'];
  const summary = await runForSummary(simulator, folder, { argv });
  assert.equal(summary.left_out['entries of the list of collections that are null'], 1);
  assert.equal(summary.left_out['entries of the list of license pools that are null'], 1);
  const { collections } = await readObjects(simulator);
  const expected = simulator.truth
    .consumedLicenses()
    .map(({ collection, userId }) => `license:${collections.get(collection)}:consumed:user:${userId}`);
  assert.deepEqual((await readIds(folder.file)).grants, expected.sort());
});

for (const status of [403, 404, 500]) {
  test(`collections that answer ${status} fail the sync before anything else, and leave no file`, async (t) => {
    const { simulator, folder } = await start(t);
    const times = Number.POSITIVE_INFINITY;
    simulator.faults.add({ kind: 'status', status, times, match: { path: /collections$/ } });
    const { exitCode, stderr } = await runProgram(simulator, folder, { argv: on });
    assert.equal(exitCode, 1);
    assert.match(stderr, new RegExp(`/collections answered ${status}`));
    assert.equal(/remove --sync-licenses/.test(stderr), status !== 500);
    assert.deepEqual(await folder.list(), []);
    assert.equal(simulator.requests.of({ method: 'POST' }).length, 0);
  });
}

for (const status of [403, 404]) {
  test(`license pools that answer ${status} are a warning: who has consumed what is known without them`, async (t) => {
    const { simulator, folder } = await start(t);
    simulator.faults.add({ kind: 'status', status, match: { path: /license-pools$/ } });
    const summary = await runForSummary(simulator, folder, { argv: on });
    assert.equal(summary.resources.license, 3);
    assert.equal(summary.grants['license consumed'], simulator.truth.consumedLicenses().length);
    const [warning = '', ...others] = summary.warnings;
    assert.match(warning, new RegExp(`^license pools and their seats are not synced: GET .* answered ${status}`));
    assert.deepEqual(others, []);
    assert.equal(summary.left_out[`lists of license pools that Percipio refused with ${status}`], 1);
  });
}

test('license pools that answer 500 fail the sync', async (t) => {
  const { simulator, folder } = await start(t);
  const times = Number.POSITIVE_INFINITY;
  simulator.faults.add({ kind: 'status', status: 500, times, match: { path: /license-pools$/ } });
  const { exitCode, stderr } = await runProgram(simulator, folder, { argv: on });
  assert.equal(exitCode, 1);
  assert.match(stderr, /license-pools answered 500/);
  assert.deepEqual(await folder.list(), []);
});

test('a license report that Percipio fails to generate fails the sync, and the error names the setting', async (t) => {
  const { simulator, folder } = await start(t);
  const argv = [...on, '--sync-resource-types=license,user'];
  simulator.failReport('next');
  const { exitCode, stderr } = await runProgram(simulator, folder, { argv });
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /reported the report status FAILED\. Run the sync again; if the license report fails again, remove --sync-licenses/,
  );
  assert.deepEqual(await folder.list(), []);
});

test('a license report that is cut off is downloaded again, then fails by its name', async (t) => {
  const { simulator, folder } = await start(t);
  const argv = [...on, '--sync-resource-types=license,user'];
  simulator.setReport('next', '[{"collection":"Leadership Collection"');
  const { exitCode, stderr } = await runProgram(simulator, folder, { argv });
  assert.equal(exitCode, 1);
  assert.match(stderr, /the license report is cut off \(byte \d+, row 1\)\. Run the sync again/);
  assert.equal(simulator.requests.of({ path: /report-requests\/[^/]+$/, method: 'GET' }).length, 3);
});

test('a license report that takes too long names its own settings', async (t) => {
  const { simulator, folder } = await start(t, { reportPolls: { pending: Number.POSITIVE_INFINITY } });
  const argv = [...on, '--sync-resource-types=license,user', '--report-timeout=20ms'];
  const { exitCode, stderr } = await runProgram(simulator, folder, { argv });
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /not generated the license report \S+ within 20 ms: .* Allow more time \(--report-timeout\) or remove --sync-licenses/,
  );
});
