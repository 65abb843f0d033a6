// Which content a sync has, and what of its values.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { GrantMetadataSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { readC1z } from '../../src/baton/c1z/c1z-reader.ts';
import type { PercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../../src/simulator/percipio/simulator-options.ts';
import type { TruthScope } from '../../src/simulator/percipio/truth.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, readIds, runForSummary, runProgram } from './run-program.ts';

const everything = { users: 60, courses: 150, liveCourses: 12, complianceCourses: 30, activityRows: 3000 };
const compliancePath = /compliance-content$/;

async function start(t: TestContext, options: PercipioSimulatorOptions = {}) {
  const simulator = await startSimulator(t, { ...everything, ...READY_AT_ONCE, ...options });
  return { simulator, folder: await createWorkFolder(t) };
}

function trueIds({ truth }: PercipioSimulator, scope: TruthScope) {
  return {
    resources: [
      ...Array.from(truth.courseIds(scope), (id) => `course:${id}`),
      ...Array.from(truth.roleIds(), (id) => `role:${id}`),
      ...Array.from(truth.userIds(), (id) => `user:${id}`),
    ].sort(),
    entitlements: [...truth.entitlementIds(scope)].sort(),
    grants: [...truth.grantIds(scope)].sort(),
  };
}

for (const [argv, scope, contentType] of [
  [[], {}, 'Course,Assessment'],
  [['--skip-compliance-courses'], { hasCompliance: false }, 'Course,Assessment'],
  [['--content-types=course'], { contentTypes: ['COURSE'] }, 'Course'],
  [['--content-types=assessment'], { contentTypes: ['ASSESSMENT'], hasCompliance: false }, 'Assessment'],
  [
    ['--content-types=Linked Content,journeys'],
    { contentTypes: ['LINKED_CONTENT', 'JOURNEY'], hasCompliance: false },
    'Linked Content,Journey',
  ],
  [['--content-types=live'], { contentTypes: ['SCHEDULED_CONTENT'], hasCompliance: false }, 'Scheduled Content'],
  [
    ['--content-types=channel,live,course', '--skip-compliance-courses'],
    { contentTypes: ['COURSE', 'CHANNEL', 'SCHEDULED_CONTENT'], hasCompliance: false },
    'Course,Scheduled Content,Channel,Custom Channel',
  ],
] as const) {
  test(`the file has the chosen content, its entitlements and its grants: ${argv.join(' ') || 'default'}`, async (t) => {
    const { simulator, folder } = await start(t);
    const expected = trueIds(simulator, scope);
    assert.notEqual(expected.grants.length, 0);
    await runForSummary(simulator, folder, { argv });
    assert.deepEqual(await readIds(folder.file), expected);
    const requested = simulator.requests.of({ method: 'POST', path: /learning-activity/ }).map(({ body }) => body);
    assert.deepEqual(
      requested.map((body) => (body as { contentType: string }).contentType),
      [contentType],
    );
    const hasCompliance = !('hasCompliance' in scope);
    assert.equal(simulator.requests.of({ path: compliancePath }).length, hasCompliance ? 1 : 0);
  });
}

for (const complianceAnswers of [403, 404] as const) {
  test(`a compliance listing that answers ${complianceAnswers} is a warning, and costs no other course`, async (t) => {
    const { simulator, folder } = await start(t, { complianceAnswers });
    const summary = await runForSummary(simulator, folder);
    assert.deepEqual(await readIds(folder.file), trueIds(simulator, { hasCompliance: false }));
    const [warning = '', ...others] = summary.warnings;
    assert.match(
      warning,
      new RegExp(
        `^compliance courses are not synced: GET .*compliance-content\\S* answered ${complianceAnswers}.*--skip-compliance-courses$`,
      ),
    );
    assert.deepEqual(others, []);
    const reason = `listings of compliance courses that Percipio refused with ${complianceAnswers}`;
    assert.equal(summary.left_out[reason], 1);
  });
}

for (const status of [401, 500]) {
  test(`a compliance listing that answers ${status} fails the sync`, async (t) => {
    const { simulator, folder } = await start(t);
    const times = Number.POSITIVE_INFINITY;
    simulator.faults.add({ kind: 'status', status, times, match: { path: /compliance-content/ } });
    const { exitCode, stderr } = await runProgram(simulator, folder);
    assert.equal(exitCode, 1);
    assert.match(stderr, new RegExp(`compliance-content\\S* answered ${status}`));
    assert.deepEqual(await folder.list(), []);
  });
}

test('a course that is in both listings is synced once, as the catalog has it', async (t) => {
  const { simulator, folder } = await start(t);
  const { courses, complianceCourses } = simulator.data;
  const shared = complianceCourses.findIndex(({ id }) => courses.some((course) => course.id === id));
  const [course] = complianceCourses.slice(shared, shared + 1);
  assert.ok(course);
  const localizedMetadata = [{ localeCode: 'en-US', title: 'Another title', description: null }];
  complianceCourses[shared] = { ...course, localizedMetadata };
  const summary = await runForSummary(simulator, folder);
  assert.equal(summary.resources.course, simulator.truth.courseIds().size);
  await using file = await readC1z(folder.file);
  const resources = [...file.records(summary.sync_id).allResources({ resourceTypeId: 'course' })];
  const resource = resources.find(({ id }) => id?.resource === course.id);
  assert.equal(
    resource?.displayName,
    course.localizedMetadata?.find(({ localeCode }) => localeCode === 'en-US')?.title,
  );
});

test('--activity-details: the file has the completion date and the score of each grant', async (t) => {
  const { simulator, folder } = await start(t);
  const [user, other] = simulator.data.users;
  const course = simulator.data.courses.find(({ id }) => simulator.truth.courseIds().has(id));
  assert.ok(user && other && course);
  const row = { contentUuid: course.id, status: 'Completed', completedDate: '2023-06-01T00:00:00.000Z' };
  const rows = [
    { ...row, userUuid: user.id, highScore: '88' },
    { ...row, userUuid: other.id },
  ];
  const readMetadata = async (argv: string[]) => {
    simulator.setReport('next', JSON.stringify(rows));
    const { sync_id } = await runForSummary(simulator, folder, { argv });
    await using file = await readC1z(folder.file);
    const grants = [...file.records(sync_id).allGrants()].filter(({ entitlement }) =>
      entitlement?.id.startsWith('course:'),
    );
    return new Map(
      grants.map(({ principal, annotations }) => [
        principal?.id?.resource,
        annotations.map((any) => anyUnpack(any, GrantMetadataSchema)?.metadata),
      ]),
    );
  };
  const detailed = new Map([
    [user.id, [{ completed_date: '2023-06-01', high_score: 88 }]],
    [other.id, [{ completed_date: '2023-06-01' }]],
  ]);
  assert.deepEqual(await readMetadata(['--activity-details']), detailed);
  assert.deepEqual(await readMetadata([]), new Map([...detailed.keys()].map((id) => [id, []])));
});

test('--limited-courses takes a compliance course that search does not find', async (t) => {
  const { simulator, folder } = await start(t);
  const { courses, complianceCourses } = simulator.data;
  const only = complianceCourses.filter(
    ({ id, lifecycle }) => lifecycle?.status === 'ACTIVE' && !courses.some((course) => course.id === id),
  );
  const courseIds = only.slice(0, 2).map(({ id }) => id);
  const argv = [`--limited-courses=${courseIds.join(';').toUpperCase()}`];
  await runForSummary(simulator, folder, { argv });
  assert.deepEqual(await readIds(folder.file), trueIds(simulator, { courseIds }));
  const { exitCode } = await runProgram(simulator, folder, { argv: [...argv, '--skip-compliance-courses'] });
  assert.equal(exitCode, 1);
});

test('--limited-courses takes a compliance course that search finds as other content', async (t) => {
  const { simulator, folder } = await start(t);
  const { courses, complianceCourses } = simulator.data;
  const course = complianceCourses.find(
    ({ contentType, lifecycle }) => contentType?.percipioType === 'COMPLIANCE' && lifecycle?.status === 'ACTIVE',
  );
  assert.ok(course);
  courses.push(course);
  // Search has no filter where it might not know a type.
  const argv = ['--content-types=course,live', `--limited-courses=${course.id}`];
  await runForSummary(simulator, folder, { argv });
  assert.ok((await readIds(folder.file)).resources.includes(`course:${course.id}`));
});

test('a compliance listing whose second page is refused fails the sync', async (t) => {
  const { simulator, folder } = await start(t, { complianceCourses: 1100 });
  simulator.faults.add({ kind: 'status', status: 403, skip: 1, match: { path: /compliance-content/ } });
  const { exitCode, stderr } = await runProgram(simulator, folder);
  assert.equal(exitCode, 1);
  assert.match(stderr, /compliance-content\?max=1000&offset=1000 answered 403/);
});

test('--skip-retired-courses leaves out what is retired by status or date, in any case', async (t) => {
  const { simulator, folder } = await start(t, { oddValues: true });
  const argv = ['--sync-resource-types=course', '--skip-entitlements-and-grants'];
  for (const [more, scope] of [
    [[], {}],
    [['--skip-retired-courses'], { excludesRetired: true }],
  ] as const) {
    const summary = await runForSummary(simulator, folder, { argv: [...argv, ...more] });
    const { resources } = await readIds(folder.file);
    assert.deepEqual(resources, Array.from(simulator.truth.courseIds(scope), (id) => `course:${id}`).sort());
    assert.equal('retired courses and assessments' in summary.left_out, more.length > 0);
  }
});

test('one odd value of a catalog item costs one value, which is counted', async (t) => {
  const { simulator, folder } = await start(t, { oddValues: true });
  const argv = ['--sync-resource-types=course', '--skip-entitlements-and-grants'];
  const summary = await runForSummary(simulator, folder, { argv });
  await using file = await readC1z(folder.file);
  const courses = new Map(
    Array.from(file.records(summary.sync_id).allResources({ resourceTypeId: 'course' }), (course) => [
      course.id?.resource,
      course,
    ]),
  );
  let texts = 0;
  for (const { of, id, field, plain } of simulator.oddValues) {
    const course = courses.get(id);
    if (of !== 'content' || !course || (field !== 'title' && field !== 'description') || plain === undefined) continue;
    const text = field === 'title' ? course.displayName : course.description;
    assert.equal(text.replace(/\s+/g, ' '), plain);
    texts += 1;
  }
  assert.ok(texts > 8, `${texts}`);
  const unread = Object.keys(summary.left_out)
    .filter((reason) => reason.startsWith('unreadable values'))
    .map((reason) => reason.replace('unreadable values of catalog items: ', ''))
    .sort();
  assert.deepEqual(unread, [
    'contentType',
    'lifecycle',
    'link',
    'localizedMetadata',
    'localizedMetadata.description',
    'localizedMetadata.title',
  ]);
  assert.ok((summary.left_out['entries of the catalog that are null'] ?? 0) > 0);
});
