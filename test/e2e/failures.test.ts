import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import { mintServiceToken } from '../../src/simulator/percipio/service-token.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, runForSummary, runProgram } from './run-program.ts';

const report = /report-requests\/(?!0000|learning)/;
const always = Number.POSITIVE_INFINITY;

interface Failure {
  readonly what: string;
  /** Makes the next sync fail. */
  readonly plant?: (simulator: PercipioSimulator) => unknown;
  /** Takes the place of the simulator's own. */
  readonly account?: (simulator: PercipioSimulator) => Partial<Pick<PercipioSimulator, 'organizationId' | 'token'>>;
  readonly argv?: readonly string[];
  /** What the message says, piece by piece. */
  readonly says: readonly RegExp[];
}

const failures: readonly Failure[] = [
  {
    what: 'a token that Percipio does not take',
    account: ({ organizationId }) => ({ token: mintServiceToken({ organizationId }) }),
    says: [/user-management, content-discovery, reporting/, /answered 401/, /Check the API token \(--api-token/],
  },
  {
    what: 'a token that has expired',
    account: ({ organizationId }) => ({
      token: mintServiceToken({ organizationId, expiresAt: new Date('2024-05-01') }),
    }),
    says: [/the API token expired \d+ days ago \(2024-05-01T00:00:00Z\): get a new token/],
  },
  {
    what: 'an organization of somebody else',
    account: () => ({ organizationId: '00000000-0000-4000-8000-000000000001' }),
    says: [/answered 403/, /Check the organization id \(--organization-id, BATON_ORGANIZATION_ID\)/],
  },
  ...(['user-management', 'content-discovery', 'reporting'] as const).map((family) => ({
    what: `a service account without permission for ${family}`,
    plant: ({ forbidden }: PercipioSimulator) => forbidden.add(family),
    says: [/answered 403/, new RegExp(`needs permission for the API family ${family}`)],
  })),
  {
    what: 'a 403 for the users in the middle of the sync',
    plant: ({ faults, data }) => {
      // There must be a second page.
      data.users = Array.from({ length: 51 }, () => data.users).flat();
      faults.add({ kind: 'status', status: 403, skip: 1, match: { path: /\/users/ } });
    },
    says: [/users\?max=1000&offset=1000 answered 403/, /needs permission for the API family user-management/],
  },
  {
    what: 'a 403 for the report in the middle of the sync',
    plant: ({ faults }) => faults.add({ kind: 'status', status: 403, match: { path: report } }),
    says: [/answered 403/, /needs permission for the API family reporting/],
  },
  {
    what: 'a report whose download is always cut off',
    plant: ({ faults }) => faults.add({ kind: 'truncate', afterBytes: 900, times: always, match: { path: report } }),
    says: [/got a response that is cut off or malformed after \d+ bytes/],
  },
  {
    what: 'a report that is always cut off before its first row',
    plant: ({ faults }) => faults.add({ kind: 'truncate', afterBytes: 0, times: always, match: { path: report } }),
    // Long enough that even a busy machine polls within it.
    argv: ['--report-timeout=3s'],
    says: [/within 3 seconds: the last poll failed: GET \S+ got a response that is cut off or malformed/],
  },
  {
    what: 'a report that ends too early three times',
    plant: (simulator) => simulator.setReport('next', '[{"contentUuid":"c","userUuid":"u","status":"Started"}'),
    says: [/the learning-activity report is cut off \(byte 54, row 2\)/],
  },
  {
    what: 'a report that is no JSON',
    plant: (simulator) => simulator.setReport('next', '[{"contentUuid":"c" oops}]'),
    says: [/the learning-activity report has a row that is not valid JSON \(byte 1, row 1\)/],
  },
  {
    what: 'a report that Percipio gives up on',
    plant: (simulator) => simulator.failReport('next'),
    says: [/reported the report status FAILED/, /Run the sync again/],
  },
  {
    what: 'a report that takes longer than --report-timeout',
    plant: (simulator) => simulator.faults.add({ kind: 'emptyBody', times: always, match: { path: report } }),
    argv: ['--report-timeout=20ms'],
    says: [
      /has not generated the activity report \S+ within 20 ms/,
      /--report-timeout/,
      /\nbaton-percipio: What was synced is kept .* If that folder is lost.*: Percipio has the activity report .* --report-id [0-9a-f-]{36} before \d{4}-/,
    ],
  },
  {
    what: 'a report of an earlier sync that Percipio does not have',
    argv: ['--report-id=00000000-0000-4000-8000-00000000000a'],
    says: [/report-requests\/00000000-0000-4000-8000-00000000000a answered 404/, /remove that setting/],
  },
  {
    what: 'a listed course that cannot be fetched',
    plant: ({ faults }) =>
      void faults.add({ kind: 'status', status: 500, times: always, match: { path: /search-content/ } }),
    argv: ['--limited-courses=00000000-0000-4000-8000-000000000001'],
    says: [/search-content.* answered 500/],
  },
  {
    what: 'a list of courses of which none exists',
    argv: ['--limited-courses={00000000-0000-4000-8000-00000000000A}; {00000000-0000-4000-8000-00000000000B}'],
    says: [
      /--limited-courses \(BATON_LIMITED_COURSES\): none of its courses can be synced/,
      /00000000-0000-4000-8000-00000000000a is not synced: Percipio finds nothing of the --content-types with this id/,
    ],
  },
  {
    what: 'a list of courses of which all are inactive',
    plant: ({ data }) => {
      const course = { contentType: { percipioType: 'COURSE' }, lifecycle: { status: 'INACTIVE' } };
      data.courses = [{ id: '00000000-0000-4000-8000-00000000000a', ...course }];
    },
    argv: ['--limited-courses=00000000-0000-4000-8000-00000000000a'],
    says: [/none of its courses can be synced.* is inactive in Percipio/],
  },
  {
    what: 'a Percipio that is down',
    plant: ({ faults }) => faults.add({ kind: 'reset', times: always }),
    says: [/failed with the same error: user-management, content-discovery, reporting\./, /\(after 4 attempts\)/],
  },
  {
    what: 'a resource type that there is not',
    argv: ['--sync-resource-types=user,group'],
    says: [/--sync-resource-types: invalid resource type 'group' in filter; this connector has: course, role, user/],
  },
];

async function startWithFile(t: TestContext) {
  const simulator = await startSimulator(t, {
    users: 20,
    courses: 20,
    activityRows: 100,
    gzip: false,
    ...READY_AT_ONCE,
  });
  const folder = await createWorkFolder(t);
  await runForSummary(simulator, folder);
  return { simulator, folder, before: await readFile(folder.file) };
}

for (const { what, plant, account, argv = [], says } of failures) {
  test(`${what} fails the sync with a message, and changes no file`, async (t) => {
    const { simulator, folder, before } = await startWithFile(t);
    plant?.(simulator);
    const { url, organizationId, token } = simulator;
    const used = { url, organizationId, token, ...account?.(simulator) };
    const { exitCode, stdout, stderr } = await runProgram(used, folder, { argv });
    assert.equal(exitCode, 1);
    assert.equal(stdout, '');
    const message = stderr.split('\n').filter((line) => line.startsWith('baton-percipio: '));
    const advice = /^baton-percipio: (Percipio has the activity report|What was synced is kept)/;
    assert.ok(message.length <= 2 && message.slice(1).every((line) => advice.test(line)), stderr);
    for (const piece of says) {
      assert.match(message.join('\n'), piece);
    }
    assert.ok(!stderr.includes('    at '), `a stack in ${stderr}`);
    assert.ok(!stderr.includes(used.token));
    assert.ok(before.equals(await readFile(folder.file)));
    assert.deepEqual(await folder.list(), ['sync.c1z']);
    const kept = message.filter((line) => line.includes('What was synced is kept'));
    assert.equal(
      (await folder.listTemporary()).filter((name) => name.startsWith('baton-sync-run-')).length,
      kept.length,
    );
    assert.equal((await folder.listTemporary()).length, kept.length);
  });
}

test('on a terminal, the line of the phase that failed stays above the message', async (t) => {
  const simulator = await startSimulator(t, { users: 1, courses: 1, activityRows: 0, forbidden: ['reporting'] });
  const { stderr } = await runProgram(simulator, await createWorkFolder(t), { isTTY: true });
  assert.match(stderr, /✗ validate [^\n]* {2}did not finish\n[^\n]*baton-percipio: POST /);
});

test('settings that can never work are errors before anything is sent, all at once, named as they were given', async (t) => {
  const simulator = await startSimulator(t, { users: 1, courses: 1, activityRows: 0 });
  const folder = await createWorkFolder(t);
  await writeFile(join(folder.path, '.baton.yaml'), 'api-token: two words\nworkers: <number>\n', { mode: 0o600 });
  const { exitCode, stderr } = await runProgram(simulator, folder, {
    argv: ['--client-secret', 'happy-dog-12345@acme.conductor.one/client'],
    env: {
      BATON_API_TOKEN: '',
      BATON_ORGANIZATION_ID: simulator.token,
      BATON_CLIENT_ID: 'secret-token:conductorone.com:v1:aHVudGVyMg',
      BATON_REGION: '"mars"',
      BATON_PROVISIONING: 'true\n',
    },
  });
  assert.equal(exitCode, 2);
  const lines = stderr.split('\n').map((line) => line.trim());
  for (const line of [
    'baton-percipio: 6 errors:',
    '.baton.yaml line 1, api-token: contains white space or other characters that no bearer token has: copy it again, without line breaks',
    'BATON_ORGANIZATION_ID: is an API token, not an organization id; are the two swapped?',
    'BATON_REGION: must be us or eu, got "\\"mars\\""',
    'BATON_CLIENT_ID: is a client secret, not a client id; are the two swapped?',
    '--client-secret: is a client id, not a client secret; are the two swapped?',
    '.baton.yaml line 2, workers: is a placeholder ("<number>"): put the real value in its place',
  ]) {
    assert.ok(lines.includes(line), `${line} is not in:\n${stderr}`);
  }
  for (const secret of [
    'two words',
    simulator.token.slice(-20),
    'aHVudGVyMg',
    'happy-dog-12345@acme.conductor.one/client',
  ]) {
    assert.ok(!stderr.includes(secret), stderr);
  }
  assert.equal(simulator.requests.total, 0);
});
