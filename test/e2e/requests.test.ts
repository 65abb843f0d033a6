import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PercipioSimulatorOptions } from '../../src/simulator/percipio/simulator-options.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, readIds, runProgram, trueIds } from './run-program.ts';

interface Counts {
  readonly users?: number;
  readonly catalog?: number;
  readonly compliance?: number;
  readonly searches?: number;
  readonly reports?: number;
  readonly polls?: number;
}

const paths: Record<keyof Counts, RegExp> = {
  users: /\/users$/,
  catalog: /catalog-content$/,
  compliance: /compliance-content$/,
  searches: /search-content$/,
  reports: /learning-activity$/,
  polls: /report-requests\/:id$/,
};

/**
 * Sizes and settings, and the requests for them. Those of the Go connector are the same (counted with
 * scripts/count-requests.ts), but for compliance courses, which it does not list.
 */
const syncs: [what: string, options: PercipioSimulatorOptions, expected: Counts, argv?: string[]][] = [
  ['one of each', { users: 1, courses: 1 }, { users: 1, catalog: 1, compliance: 1, reports: 1, polls: 1 }],
  ['full pages', { users: 1000, courses: 1000 }, { users: 1, catalog: 1, compliance: 1, reports: 1, polls: 1 }],
  [
    'one more than a page',
    { users: 1001, courses: 1001 },
    { users: 2, catalog: 2, compliance: 1, reports: 1, polls: 1 },
  ],
  ['two full pages', { users: 2000, courses: 2000 }, { users: 2, catalog: 2, compliance: 1, reports: 1, polls: 1 }],
  [
    'a catalog that does not tell its end',
    { users: 2, courses: 50, catalogLast: 'neither' },
    { users: 1, catalog: 1, compliance: 1, reports: 1, polls: 1 },
  ],
  [
    'a catalog that tells its size alone',
    { users: 2, courses: 50, catalogLast: 'total' },
    { users: 1, catalog: 1, compliance: 1, reports: 1, polls: 1 },
  ],
  ['no users', { users: 0, courses: 50 }, { users: 1, catalog: 1, compliance: 1, reports: 1, polls: 1 }],
  ['no courses, and so no report', { users: 5, courses: 0, activityRows: 0 }, { users: 1, catalog: 1, compliance: 1 }],
  [
    'a report that is ready at the third poll',
    { users: 5, courses: 5, reportPolls: { pending: 1, inProgress: 1 } },
    { users: 1, catalog: 1, compliance: 1, reports: 1, polls: 3 },
  ],
  [
    'several workers',
    { users: 2000, courses: 2000 },
    { users: 2, catalog: 2, compliance: 1, reports: 1, polls: 1 },
    ['--workers=4'],
  ],
  [
    'courses alone',
    { users: 1500, courses: 50 },
    { catalog: 1, compliance: 1, reports: 1, polls: 1 },
    ['--sync-resource-types=course'],
  ],
  ['users alone', { users: 1500, courses: 50 }, { users: 2 }, ['--sync-resource-types=user']],
  [
    'compliance courses on two pages',
    { users: 5, courses: 5, complianceCourses: 1100 },
    { users: 1, catalog: 1, compliance: 2, reports: 1, polls: 1 },
  ],
  [
    'compliance courses without a catalog',
    { users: 5, courses: 0, complianceCourses: 5 },
    { users: 1, catalog: 1, compliance: 1, reports: 1, polls: 1 },
  ],
  [
    'no compliance courses, as the settings say',
    { users: 5, courses: 5 },
    { users: 1, catalog: 1, reports: 1, polls: 1 },
    ['--skip-compliance-courses'],
  ],
  [
    'no grants',
    { users: 1500, courses: 1500 },
    { users: 2, catalog: 2, compliance: 1 },
    ['--skip-entitlements-and-grants'],
  ],
];

for (const [what, options, expected, argv = []] of syncs) {
  test(`a sync makes no more requests than the Go connector, and one for compliance courses: ${what}`, async (t) => {
    const simulator = await startSimulator(t, { activityRows: 300, ...READY_AT_ONCE, ...options });
    const folder = await createWorkFolder(t);
    const { exitCode, stderr } = await runProgram(simulator, folder, { argv });
    assert.equal(exitCode, 0, stderr);
    if (argv.length === 0) {
      assert.deepEqual(await readIds(folder.file), trueIds(simulator));
    }
    assert.deepEqual(countKinds(simulator.requests.counts), expected);
  });
}

test('a sync of named courses searches each of them once', async (t) => {
  const simulator = await startSimulator(t, { users: 5, courses: 80, activityRows: 100, ...READY_AT_ONCE });
  const ids = [...simulator.truth.courseIds()].slice(0, 30);
  const { exitCode } = await runProgram(simulator, await createWorkFolder(t), {
    argv: [`--limited-courses=${ids.join(',')}`],
  });
  assert.equal(exitCode, 0);
  assert.deepEqual(countKinds(simulator.requests.counts), { users: 1, searches: 30, reports: 1, polls: 1 });
});

test('a sync of courses that do not exist fails, and requests no report', async (t) => {
  const simulator = await startSimulator(t, { users: 5, courses: 5, activityRows: 100, ...READY_AT_ONCE });
  const argv = ['--limited-courses=00000000-0000-4000-8000-000000000001'];
  const { exitCode, stderr } = await runProgram(simulator, await createWorkFolder(t), { argv });
  assert.equal(exitCode, 1, stderr);
  // The poll is of a report that does not exist: whether the service account has the permission for reports.
  assert.deepEqual(countKinds(simulator.requests.counts), { users: 1, searches: 1, compliance: 1, polls: 1 });
});

function countKinds(counts: ReadonlyMap<string, number>): Counts {
  const byKind: Partial<Record<string, number>> = {};
  for (const [request, count] of counts) {
    const [kind] = Object.entries(paths).find(([, path]) => path.test(request)) ?? [request];
    byKind[kind] = (byKind[kind] ?? 0) + count;
  }
  return byKind as Counts;
}
