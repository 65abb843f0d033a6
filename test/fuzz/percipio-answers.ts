// Changed responses of Percipio: a sync writes all that they still say, or reports what it skipped, or fails with a clear
// error and leaves the old file as it was.
import assert from 'node:assert/strict';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { PercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import { createWorkFolder, readIds, runProgram, type SyncedIds, type WorkFolder } from '../e2e/run-program.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { changeAnswer, changes } from './changed-answer.ts';
import { defineArea } from './fuzz-area.ts';
import { assertNoSecret } from './secrets.ts';

const targets = {
  users: /\/users$/,
  catalog: /\/catalog-content$/,
  compliance: /\/compliance-content$/,
  'report request': /\/learning-activity$/,
  report: /report-requests\/(?!learning|entitlements)/,
  collections: /\/collections$/,
  'license pools': /\/license-pools$/,
} as const;

type Target = keyof typeof targets;

/** What grants of a resource type follow from. */
const sources: Readonly<Record<string, readonly Target[]>> = {
  role: ['users'],
  course: ['report'],
  // A row of their report names a collection.
  license: ['report', 'collections'],
};

const inputs = fc.record({
  target: fc.constantFrom(...(Object.keys(targets) as Target[])),
  change: changes,
  /** Whether each response is changed, or only the first one. */
  always: fc.boolean(),
});

export const percipioArea = defineArea({
  name: 'percipio',
  about: 'responses of Percipio, during a sync',
  inputs,
  outcomes: ['truth', 'failed'],
  rareOutcomes: ['reported', 'what it still says'],
  shortRuns: 12,
  async start(t) {
    const simulator = await startSimulator(t, {
      users: 24,
      courses: 24,
      complianceCourses: 6,
      activityRows: 120,
      gzip: false,
      ...READY_AT_ONCE,
    });
    const folder = await createWorkFolder(t);
    const first = await sync(simulator, folder);
    assert.equal(first.exitCode, 0, first.stderr);
    const old = join(folder.path, 'tmp', 'old.c1z');
    await copyFile(folder.file, old);
    const before = await readFile(old);
    const expected = { ids: await readIds(old), reported: reportedBy(first.stdout) };

    for (const type of Object.keys(sources)) {
      assert.ok(expected.ids.grants.some((grant) => grant.startsWith(`${type}:`)));
    }

    return async ({ target, change, always }) => {
      await copyFile(old, folder.file);
      const changed: Buffer[] = [];
      simulator.faults.clear();
      simulator.faults.add({
        kind: 'alter',
        match: { path: targets[target] },
        times: always ? Number.POSITIVE_INFINITY : 1,
        change: (answer) => {
          const altered = changeAnswer(answer, change);
          changed.push(altered.body);
          return altered;
        },
      });
      const { exitCode, stdout, stderr } = await sync(simulator, folder);
      for (const name of await folder.listTemporary()) {
        if (name !== 'old.c1z') await rm(join(folder.path, 'tmp', name), { recursive: true });
      }
      assertNoSecret(stdout + stderr, [simulator.token]);
      assert.doesNotMatch(stderr, /^ {4}at /m);
      if (exitCode !== 0) {
        assert.equal(exitCode, 1, stderr);
        assert.match(stderr, /^baton-percipio: .{20}/m);
        assert.ok(before.equals(await readFile(folder.file)), 'the old file has changed');
        return 'failed';
      }
      const ids = await readIds(folder.file);
      if (isSame(ids, expected.ids)) return 'truth';
      const reported = reportedBy(stdout);
      const said = Buffer.concat(changed).toString();
      const isReported = !isDeepStrictEqual(reported, expected.reported);
      if (!isReported) assertComplete(ids, expected.ids, target, changed);
      else if (isDeepStrictEqual(reported.warnings, expected.reported.warnings)) {
        const lost = lostResources(ids, expected.ids, said);
        const skipped = countMore(reported.left_out, expected.reported.left_out);
        assert.ok(lost.length <= skipped, `${skipped} were skipped, but these were lost: ${lost.join(', ')}`);
      }
      assertNothingInvented(ids, expected.ids, said);
      return isReported ? 'reported' : 'what it still says';
    };
  },
});

function sync(simulator: PercipioSimulator, folder: WorkFolder) {
  return runProgram(simulator, folder, {
    argv: [
      '--sync-licenses',
      '--output=json',
      '--log-level=error',
      '--no-resume',
      '--report-timeout=2s',
      '--http-timeout-seconds=5',
    ],
  });
}

interface Reported {
  /** Numbers of skipped items, by their reason. */
  readonly left_out: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

/** What a summary says of skipped items, and its warnings. */
function reportedBy(summary: string): Reported {
  const { left_out, warnings } = JSON.parse(summary) as Reported;
  return { left_out, warnings };
}

/** How many more items were skipped than in the sync of unchanged responses. */
function countMore(counts: Reported['left_out'], usual: Reported['left_out']): number {
  const more = Object.entries(counts).map(([reason, count]) => Math.max(0, count - (usual[reason] ?? 0)));
  return more.reduce((sum, count) => sum + count, 0);
}

function isSame(found: SyncedIds, expected: SyncedIds): boolean {
  return JSON.stringify(found) === JSON.stringify(expected);
}

/** Percipio's id of a resource, or its name if it has only that. */
const idOf = (resource: string) => resource.replace(/^[^:]*:(?:pool-)?/, '');

/** Resources that the file lacks although the changed responses still have them. */
function lostResources(found: SyncedIds, expected: SyncedIds, said: string): readonly string[] {
  const missing = new Set(expected.resources).difference(new Set(found.resources));
  return [...missing].filter((resource) => said.includes(`"id":"${idOf(resource)}"`));
}

/** What is new in the file must be in the changed responses. */
function assertNothingInvented(found: SyncedIds, expected: SyncedIds, said: string): void {
  for (const resource of new Set(found.resources).difference(new Set(expected.resources))) {
    assert.ok(said.includes(JSON.stringify(idOf(resource)).slice(1, -1)), `${resource} was invented`);
  }
}

/** Checks a file that differs although nothing was reported: what it lacks, the changed responses must lack. */
function assertComplete(found: SyncedIds, expected: SyncedIds, target: Target, changed: readonly Buffer[]): void {
  const said = Buffer.concat(changed).toString();
  assert.deepEqual(lostResources(found, expected, said), [], 'lost without a word');
  const has = new Set(found.resources);
  const isOfFile = (grant: string) => {
    const [, , , type, user] = grant.split(':');
    return type === 'user' && has.has(`user:${user}`) && has.has(grant.split(':').slice(0, 2).join(':'));
  };
  const [grants, allGrants] = [new Set(found.grants), new Set(expected.grants)];
  for (const grant of allGrants.difference(grants)) {
    if (!isOfFile(grant)) continue;
    const [type = ''] = grant.split(':');
    assert.ok(sources[type]?.includes(target), `${grant} was lost without a word`);
    if (type === 'course') assertNotInReport(grant, changed);
  }
}

/** The rows of a report; none if it is not JSON. */
function parseReport(body: Buffer): (Record<string, unknown> | null)[][] {
  try {
    const rows: unknown = JSON.parse(body.toString());
    return [Array.isArray(rows) ? rows : []];
  } catch {
    return [];
  }
}

/** @throws if rows of the reports, of which the licenses have one too, give a grant. */
function assertNotInReport(grant: string, changed: readonly Buffer[]): void {
  const [, course, slug, , user] = grant.split(':');
  const reports = changed.flatMap((body) => parseReport(body));
  assert.ok(reports.length > 0, 'a report that is not JSON was taken');
  const giving = /^(completed|achieved)$/i;
  const statuses = reports
    .flat()
    .filter((row) => row?.contentUuid === course && row?.userUuid === user)
    .map((row) => String(row?.status).trim());
  const isCompleted = statuses.some((status) => giving.test(status));
  const isStarted = statuses.some((status) => /^(started|active)$/i.test(status));
  assert.ok(!(slug === 'completed' ? isCompleted : isStarted && !isCompleted), `${grant} was lost without a word`);
}
