import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { readC1z } from '../../src/baton/c1z/c1z-reader.ts';
import type { SyncSummary } from '../../src/baton/sync/sync-summary.ts';
import { readDockerfile } from '../read-dockerfile.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, readIds, runForSummary, runProgram, trueIds } from './run-program.ts';

async function start(t: TestContext) {
  const simulator = await startSimulator(t, { users: 25, courses: 25, activityRows: 150, ...READY_AT_ONCE });
  return { simulator, folder: await createWorkFolder(t), truth: trueIds(simulator) };
}

async function runsIn(path: string) {
  await using file = await readC1z(path);
  return file.runs().map(({ syncId, type, endedAt }) => ({ syncId, type, isFinished: endedAt !== undefined }));
}

test('--file: without it the file is sync.c1z in the current folder', async (t) => {
  const { simulator, folder, truth } = await start(t);
  assert.equal((await runProgram(simulator, folder)).exitCode, 0);
  assert.deepEqual(await folder.list(), ['sync.c1z']);
  assert.deepEqual(await readIds(folder.file), truth);
});

test('--output: text is for people and json one line for scripts, and the log goes elsewhere', async (t) => {
  const { simulator, folder } = await start(t);
  const asText = await runProgram(simulator, folder);
  assert.match(asText.stdout, /^Synced in .* to .*sync\.c1z \(.*\)\nResources\n/);
  assert.match(asText.stdout, /\n *25 user\n/);
  const asJson = await runProgram(simulator, folder, { argv: ['--output', 'json'] });
  assert.equal(asJson.stdout.split('\n').length, 2);
  assert.equal((JSON.parse(asJson.stdout) as SyncSummary).sync_type, 'full');
  for (const line of asJson.stderr.trimEnd().split('\n')) {
    assert.equal(typeof JSON.parse(line).msg, 'string');
  }
});

test('an existing file gets each sync added, and the oldest is pruned', async (t) => {
  const { simulator, folder } = await start(t);
  const summaries: SyncSummary[] = [];
  for (let syncs = 0; syncs < 3; syncs += 1) summaries.push(await runForSummary(simulator, folder));
  const [first, second, third] = summaries.map((summary) => summary.sync_id);
  assert.deepEqual(
    (await runsIn(folder.file)).map(({ syncId }) => syncId),
    [second, third],
  );
  assert.deepEqual(summaries[2]?.pruned_sync_ids, [first]);
  assert.equal(simulator.requests.of({ path: /learning-activity/ }).length, 3);
});

for (const [env, kept] of [
  [{ BATON_KEEP_SYNC_COUNT: '1\n' }, 1],
  [{ BATON_SKIP_CLEANUP: 'yes' }, 3],
  [{ BATON_KEEP_SYNC_COUNT: 'many' }, 2],
] as const) {
  test(`${JSON.stringify(env)}: of three syncs ${kept} stay in the file`, async (t) => {
    const { simulator, folder } = await start(t);
    for (let syncs = 0; syncs < 3; syncs += 1) {
      await runForSummary(simulator, folder, { env, argv: ['--skip-full-sync'] });
    }
    assert.equal((await runsIn(folder.file)).length, kept);
  });
}

test('--skip-entitlements-and-grants: resources alone, and no report is requested', async (t) => {
  const { simulator, folder, truth } = await start(t);
  const summary = await runForSummary(simulator, folder, { argv: ['--skip-entitlements-and-grants'] });
  assert.equal(summary.sync_type, 'resources_only');
  assert.deepEqual(await readIds(folder.file), { resources: truth.resources, entitlements: [], grants: [] });
  assert.equal(simulator.requests.of({ method: 'POST' }).length, 0);
});

test('--skip-full-sync: permissions are checked, and the sync is empty and finished', async (t) => {
  const { simulator, folder } = await start(t);
  const summary = await runForSummary(simulator, folder, { argv: ['--skip-full-sync'] });
  assert.deepEqual(await runsIn(folder.file), [{ syncId: summary.sync_id, type: 'full', isFinished: true }]);
  assert.deepEqual(await readIds(folder.file), { resources: [], entitlements: [], grants: [] });
  assert.equal(simulator.requests.total, 3);
});

test('--sync-resource-types user: users alone', async (t) => {
  const { simulator, folder, truth } = await start(t);
  await runForSummary(simulator, folder, { argv: ['--sync-resource-types=user'] });
  const resources = truth.resources.filter((id) => id.startsWith('user:'));
  assert.deepEqual(await readIds(folder.file), { resources, entitlements: [], grants: [] });
});

test('--sync-resource-types course: courses and their entitlements; grants to users are left out and counted', async (t) => {
  const { simulator, folder, truth } = await start(t);
  const summary = await runForSummary(simulator, folder, { argv: ['--sync-resource-types=course'] });
  const resources = truth.resources.filter((id) => id.startsWith('course:'));
  const ofCourse = (id: string) => id.startsWith('course:');
  const entitlements = truth.entitlements.filter(ofCourse);
  assert.deepEqual(await readIds(folder.file), { resources, entitlements, grants: [] });
  const leftOut = truth.grants.filter(ofCourse).length;
  assert.equal(summary.left_out['grants of types excluded by --sync-resource-types'], leftOut);
});

test('--limited-courses: those courses and their grants, and what is not synced is named with the reason', async (t) => {
  const { simulator, folder } = await start(t);
  const [wanted = '', other = ''] = simulator.truth.courseIds();
  const inactive = simulator.data.courses.find(
    ({ contentType, lifecycle }) => contentType?.percipioType === 'COURSE' && lifecycle?.status === 'INACTIVE',
  );
  const unknown = '00000000-0000-4000-8000-000000000009';
  const { exitCode, stdout } = await runProgram(simulator, folder, {
    env: { BATON_LIMITED_COURSES: `${wanted},${unknown},${inactive?.id},${other}` },
  });
  assert.equal(exitCode, 0);
  const scope = { courseIds: [wanted, other] };
  assert.deepEqual(await readIds(folder.file), {
    resources: [
      ...Array.from(simulator.truth.courseIds(scope), (id) => `course:${id}`),
      ...Array.from(simulator.truth.roleIds(), (id) => `role:${id}`),
      ...Array.from(simulator.truth.userIds(), (id) => `user:${id}`),
    ].sort(),
    entitlements: [...simulator.truth.entitlementIds(scope)].sort(),
    grants: [...simulator.truth.grantIds(scope)].sort(),
  });
  assert.match(stdout, new RegExp(`\nWarning: --limited-courses: ${unknown} is not synced: Percipio finds nothing of`));
  assert.match(stdout, new RegExp(`\nWarning: --limited-courses: ${inactive?.id} is not synced: ".*" is inactive`));
});

test('--report-lookback: only activity since then gives grants of courses', async (t) => {
  const { simulator, folder } = await start(t);
  await runForSummary(simulator, folder, { argv: ['--report-lookback=1d'] });
  assert.deepEqual((await readIds(folder.file)).grants, [...simulator.truth.grantIds({ type: 'role' })].sort());
  const body = simulator.requests.of({ method: 'POST' })[0]?.body as { start: string; end: string };
  assert.equal(Date.parse(body.end) - Date.parse(body.start), 86_400_000);
});

test('--health-check: a single sync answers no probes, and the log says so', async (t) => {
  const { simulator, folder } = await start(t);
  const { exitCode, stderr } = await runProgram(simulator, folder, { argv: ['--skip-full-sync', '--health-check'] });
  assert.equal(exitCode, 0);
  assert.match(stderr, /"level":"warn".*--health-check has no effect on a single sync/);
});

test('a single sync warns of nothing that the image sets', async (t) => {
  const { simulator, folder } = await start(t);
  const env = readDockerfile().at(-1)?.env ?? {};
  assert.equal(env.BATON_HEALTH_CHECK, 'true');
  const { exitCode, stderr } = await runProgram(simulator, folder, { argv: ['--skip-full-sync'], env });
  assert.equal(exitCode, 0);
  assert.doesNotMatch(stderr, /"level":"(warn|error)"/);
});

test('--workers: several give the same', async (t) => {
  const { simulator, folder, truth } = await start(t);
  await runForSummary(simulator, folder, { argv: ['--workers=4'] });
  assert.deepEqual(await readIds(folder.file), truth);
});

test('--report-id: the report of an earlier sync is used, with as many requests but for its own', async (t) => {
  const { simulator, folder, truth } = await start(t);
  await runForSummary(simulator, folder);
  const { reportId = '' } = simulator.reportRequests[0] ?? {};
  const earlier = simulator.requests.total;
  const summary = await runForSummary(simulator, folder, { argv: [`--report-id={${reportId.toUpperCase()}}`] });
  assert.deepEqual(await readIds(folder.file), truth);
  assert.equal(summary.requests.reporting, 1);
  assert.equal(simulator.requests.total - earlier, earlier - 1);
  assert.equal(simulator.reportRequests.length, 1);
});

test('--report-id: what is no UUID is an error before anything is sent', async (t) => {
  const { simulator, folder } = await start(t);
  const { exitCode, stderr } = await runProgram(simulator, folder, { argv: ['--report-id=../users'] });
  assert.equal(exitCode, 2);
  assert.match(stderr, /--report-id: expects a UUID \(8-4-4-4-12 hexadecimal digits\), got "[^"]*"$/m);
  assert.equal(simulator.requests.total, 0);
});

test('--report-mapping: the result is the same, of a report that is much smaller', async (t) => {
  const { simulator, folder } = await start(t);
  const whole = await runForSummary(simulator, folder);
  const ids = await readIds(folder.file);
  const mapped = await runForSummary(simulator, folder, { argv: ['--report-mapping'] });
  assert.deepEqual(await readIds(folder.file), ids);
  assert.deepEqual(mapped.left_out, whole.left_out);
  const requests = simulator.requests.of({ path: /learning-activity$/ });
  assert.deepEqual(
    requests.map(({ body }) => 'mapping' in (body as object)),
    [false, true],
  );
});

test('the summary counts what the file holds: users and courses on two pages are counted once', async (t) => {
  const { simulator, folder } = await start(t);
  const { users, courses } = simulator.data;
  users.push(...users.slice(0, 9));
  courses.push(...courses.slice(0, 9));
  const { resources, entitlements, grants } = await runForSummary(simulator, folder);
  const { truth } = simulator;
  const courseCount = truth.courseIds().size;
  const roles = truth.roleIds().size;
  assert.deepEqual(resources, { course: courseCount, role: roles, user: truth.userIds().size });
  assert.deepEqual(entitlements, { course: 2 * courseCount, role: roles });
  const ids = (await readIds(folder.file)).grants;
  const count = (form: RegExp) => ids.filter((id) => form.test(id)).length;
  assert.deepEqual(grants, {
    'course completed': count(/:completed:/),
    'course in_progress': count(/:in_progress:/),
    'role assigned': count(/:assigned:/),
  });
  assert.equal(grants['role assigned'], truth.userIds().size);
});
