import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { c1zMagic } from '../../src/baton/c1z/file/envelope.ts';
import type { SyncSummary } from '../../src/baton/sync/sync-summary.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, readIds, runForSummary, startProcess, trueIds } from './run-program.ts';

const size = { seed: 7, users: 120, courses: 90, activityRows: 1500 };

test('the program syncs an organization whole, says so in numbers, and shows no secret anywhere', async (t) => {
  const simulator = await startSimulator(t, { ...size, ...READY_AT_ONCE });
  const folder = await createWorkFolder(t);
  const argv = ['--output=json', '--log-level=debug', '--log-path=stderr,log.jsonl'];
  const { exitCode, stdout, stderr } = await startProcess(t, simulator, folder, { argv }).finished;
  assert.equal(exitCode, 0, stderr);

  // What is in the file.
  assert.deepEqual(await readIds(folder.file), trueIds(simulator));
  assert.deepEqual(await folder.list(), ['log.jsonl', 'sync.c1z']);
  assert.deepEqual(await folder.listTemporary(), []);

  // What it says.
  const summary = JSON.parse(stdout) as SyncSummary;
  const truth = simulator.truth.counts();
  assert.deepEqual(summary.resources, { course: truth.courses, role: truth.roles, user: truth.users });
  assert.deepEqual(summary.entitlements, { course: 2 * truth.courses, role: truth.roles });
  assert.deepEqual(summary.grants, {
    'course completed': truth.completedGrants,
    'course in_progress': truth.inProgressGrants,
    'role assigned': truth.roleGrants,
  });
  const { byStatus, unknownCourse, unsyncedCourse, unknownUser } = truth.rowsLeftOut;
  const leftOut = (reason: string) => summary.left_out[`activity rows ${reason}`] ?? 0;
  for (const [status, count] of Object.entries(byStatus)) {
    const spelled = Object.keys(summary.left_out).find((reason) => reason.toUpperCase().endsWith(`STATUS ${status}`));
    assert.equal(summary.left_out[spelled ?? ''], count, status);
  }
  assert.equal(leftOut('of courses that are not synced'), unknownCourse + unsyncedCourse);
  assert.equal(leftOut('of users that are not synced'), unknownUser);
  assert.equal(leftOut('that repeat a user and a course'), truth.repeatedRows);
  assert.equal(summary.file, folder.file);
  assert.equal(summary.file_bytes, (await readFile(folder.file)).length);
  assert.deepEqual([summary.retries, summary.warnings], [0, []]);
  const families = simulator.requests.all.map(({ path }) => path.split('/')[1] ?? '');
  for (const [family, count] of Object.entries(summary.requests)) {
    assert.equal(count, families.filter((each) => each === family).length, family);
  }

  // What nobody may see.
  const database = zstdDecompressSync((await readFile(folder.file)).subarray(c1zMagic.length));
  const log = await readFile(join(folder.path, 'log.jsonl'), 'utf8');
  assert.ok(log.includes('percipio request'), 'the log is at level debug');
  const pieces = [simulator.token, ...simulator.token.split('.').filter((piece) => piece.length > 10)];
  for (const [where, shown] of Object.entries({ stdout, stderr, log, file: database.toString('latin1') })) {
    for (const piece of [...pieces, 'Bearer ']) {
      assert.ok(!shown.includes(piece), `${where} holds ${piece}`);
    }
  }
});

for (const workers of [1, 4]) {
  test(`--workers ${workers}: users are listed once, for the validation, for themselves, for roles and for the report`, async (t) => {
    const simulator = await startSimulator(t, { ...size, users: 2500, ...READY_AT_ONCE });
    const folder = await createWorkFolder(t);
    const summary = await runForSummary(simulator, folder, { argv: [`--workers=${workers}`] });
    assert.deepEqual(await readIds(folder.file), trueIds(simulator));
    assert.equal(summary.left_out['users without a role'], 2500 - simulator.truth.counts().roleGrants);
    const offsets = simulator.requests.of({ path: /\/users$/ }).map(({ query }) => query.offset);
    assert.deepEqual(offsets, ['0', '1000', '2000']);
  });
}

test('a token that Percipio refuses ends the process with 1, a message on stderr and no file', async (t) => {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0 });
  const folder = await createWorkFolder(t);
  const { url, organizationId } = simulator;
  const other = await startSimulator(t, { users: 0, courses: 0, activityRows: 0 });
  const account = { url, organizationId, token: other.token };
  const { exitCode, stdout, stderr } = await startProcess(t, account, folder, { argv: ['--log-level=debug'] }).finished;
  assert.equal(exitCode, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /Check the API token \(--api-token, BATON_API_TOKEN\)/);
  assert.ok(!stderr.includes(other.token));
  assert.deepEqual([await folder.list(), await folder.listTemporary()], [[], []]);
});
