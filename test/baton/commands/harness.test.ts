import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Program } from '../../../src/baton/author/program.ts';
import { formatCommandHelp } from '../../../src/baton/command-line/format-help.ts';
import { harnessCommand } from '../../../src/baton/commands/harness.ts';
import { CallerGuard } from '../../../src/baton/server/callers/caller-guard.ts';
import { startGrpcServer } from '../../../src/baton/server/grpc/grpc-server.ts';
import { formatListenAddress, type ListenAddress } from '../../../src/baton/server/listen-address.ts';
import { MutualTlsCredentials } from '../../../src/baton/server/tls/mutual-tls.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { startConnector } from '../../percipio/start-connector.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { runAndCollect } from '../command-line/run-and-collect.ts';
import { assertFailed, judgeServices, silent } from '../harness/judge-connector.ts';
import { createLibrary } from '../library-connector.ts';

const tlsFile = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url));

/** Serves a library whose second book has grants to a reader who is not there, if it shall have a fault. */
async function serveLibrary(
  t: TestContext,
  {
    isFaulty = false,
    isMutual = false,
    listen = { host: '127.0.0.1', port: 0 },
    callers,
  }: { isFaulty?: boolean; isMutual?: boolean; listen?: ListenAddress; callers?: CallerGuard } = {},
): Promise<string> {
  const { connector } = createLibrary({ readers: isFaulty ? 1 : 3 });
  const server = await startGrpcServer({
    services: createConnectorServices(connector, { provisioning: false, ticketing: false }),
    listen,
    callers,
    logger: silent,
    drainTimeoutMs: 60_000,
    ...(isMutual && {
      credentials: new MutualTlsCredentials({
        cert: await readFile(tlsFile('mutual-server-certificate'), 'utf8'),
        key: await readFile(tlsFile('mutual-server-key'), 'utf8'),
        clientCa: await readFile(tlsFile('mutual-authority'), 'utf8'),
      }),
    }),
  });
  t.after(() => server.close());
  return formatListenAddress(server.address);
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'harness-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

const pair = (cert: string, key: string) => ['--tls-cert', tlsFile(cert), '--tls-key', tlsFile(key)];

/** Runs `harness` in this process. */
async function runHarness(argv: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  return await runAndCollect(
    {
      name: 'baton-library',
      version: '1.2.3',
      fields: [],
      connector: () => assert.fail('the harness needs no connector of its own'),
    },
    { default: harnessCommand, named: [harnessCommand] },
    { argv: ['harness', ...argv], ...options },
  );
}

test('a sound connector: a table, and exit code 0', async (t) => {
  const address = await serveLibrary(t);
  const { exitCode, stdout } = await runHarness(['--address', address]);
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    new RegExp(`^Library at ${address}, baton-sdk v0\\.25\\.0\n5 resources, 2 entitlements, 4 grants\n`),
  );
  assert.match(stdout, /\n✓ passed {10}grant-ids-unique +No two grants have the same id\n/);
  assert.match(stdout, /\n\d+ checks: \d+ passed, 0 failed, \d+ not applicable, in \d+\.\d s\n$/);
});

test('a connector on a Unix socket is checked like any other, and a missing socket is named', async (t) => {
  const cwd = await temporaryFolder(t);
  const path = join(cwd, 'baton.sock');
  const missing = await runHarness(['--address', 'unix:baton.sock'], { cwd });
  assert.equal(missing.exitCode, 1);
  assert.match(missing.stdout, new RegExp(`there is no socket at unix:${path}: start the connector's server`));
  const secure = await runHarness(['--address', 'unix:baton.sock', '--tls-server-name', 'library.test'], { cwd });
  assert.equal(secure.exitCode, 2);
  assert.match(secure.stderr, /--tls flags: unix:baton\.sock is a Unix socket, which is used without TLS/);
  await serveLibrary(t, { listen: { path } });
  const { exitCode, stdout } = await runHarness(['--address', 'unix:baton.sock'], { cwd });
  assert.equal(exitCode, 0);
  assert.match(stdout, new RegExp(`^Library at unix:${path}, `));
});

test('--caller-token-file: the token that the server requires is sent with each call', async (t) => {
  const cwd = await temporaryFolder(t);
  const token = 'correct-horse-battery-staple-4711';
  await writeFile(join(cwd, 'token'), `${token}\n`, { mode: 0o600 });
  const callers = new CallerGuard({ token: () => token, logger: silent });
  const address = await serveLibrary(t, { callers });
  const { exitCode, stdout } = await runHarness(['--address', address, '--caller-token-file', 'token'], { cwd });
  assert.equal(exitCode, 0, stdout);
  const stranger = await runHarness(['--address', address]);
  assert.equal(stranger.exitCode, 1);
  assert.match(stranger.stdout, /this server requires a token \(--caller-token-file\)/);
});

test('a fault: the offending message, and exit code 1', async (t) => {
  const { exitCode, stdout, stderr } = await runHarness(['--address', await serveLibrary(t, { isFaulty: true })]);
  assert.equal(exitCode, 1);
  assert.match(
    stdout,
    /\n✗ failed {10}grant-principals-resolve .*\n +ListGrants of book b0 returned "book:b0:borrowed:reader:r1" to reader r1, which ListResources does not return\n/,
  );
  assert.match(stdout, / passed, 1 failed, /);
  assert.doesNotMatch(stderr, /the command failed/);
});

test('--output json and --junit: the same in other forms', async (t) => {
  const cwd = await temporaryFolder(t);
  const address = await serveLibrary(t, { isFaulty: true });
  const { exitCode, stdout } = await runHarness(['--address', address, '--output', 'json', '--junit', 'report.xml'], {
    cwd,
  });
  assert.equal(exitCode, 1);
  const { failed, checks } = JSON.parse(stdout);
  assert.equal(failed, 1);
  const xml = await readFile(join(cwd, 'report.xml'), 'utf8');
  assert.equal(xml.match(/<testcase /g)?.length, checks.length);
  assert.match(xml, /<failure message="ListGrants of book b0 returned &quot;book:b0:borrowed:reader:r1&quot;/);
});

test('--file: a sync is written to it, and to no other file', async (t) => {
  const cwd = await temporaryFolder(t);
  const address = await serveLibrary(t);
  const { exitCode, stdout } = await runHarness(['--address', address, '--file', 'out.c1z'], { cwd });
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    /✓ passed +syncs-to-file .*\n +\S+\/out\.c1z: 5 resources, 2 entitlements and 4 grants, sync \w{27}\n/,
  );
  assert.equal((await readFile(join(cwd, 'out.c1z'))).toString('latin1', 0, 4), 'C1ZF');
});

test('the file of other syncs, named by a variable, is left alone', async (t) => {
  const cwd = await temporaryFolder(t);
  const address = await serveLibrary(t);
  const { stdout } = await runHarness(['--address', address], { cwd, env: { BATON_FILE: 'other.c1z' } });
  assert.match(stdout, /- not applicable +syncs-to-file/);
  assert.deepEqual(await readdir(cwd), []);
});

test('--replica: page tokens are tried at another process', async (t) => {
  const [address, replica] = [await serveLibrary(t), await serveLibrary(t)];
  assert.equal((await runHarness(['--address', address, '--replica', replica])).exitCode, 0);
});

test('--max-items: what was not seen is told', async (t) => {
  const { exitCode, stdout } = await runHarness(['--address', await serveLibrary(t), '--max-items', '1']);
  assert.equal(exitCode, 0);
  assert.match(stdout, /\nIncomplete: only 1 grants of each type were read \(--max-items\)\n/);
});

test('TLS: with the certificates that the server wants, and without', async (t) => {
  const address = await serveLibrary(t, { isMutual: true });
  const ca = ['--address', address, '--tls-ca', tlsFile('mutual-authority')];
  const client = pair('mutual-client-certificate', 'mutual-client-key');
  assert.equal((await runHarness([...ca, ...client])).exitCode, 0);
  const without = await runHarness(ca);
  assert.equal(without.exitCode, 1);
  assert.match(
    without.stdout,
    /✗ failed +connector-answers .*\n(?:.*\n)*The run ended early: 127\.0\.0\.1:\d+ .*a client certificate/,
  );
});

test('a dead server: one failed check, and at the end why no other was run', async (t) => {
  const cwd = await temporaryFolder(t);
  // Nothing listens at port 1 of a machine that runs tests.
  const argv = ['--address', '127.0.0.1:1', '--junit', 'report.xml'];
  const { exitCode, stdout, stderr } = await runHarness(argv, { cwd });
  assert.equal(exitCode, 1);
  const cause =
    "nothing is listening on 127.0.0.1:1: start the connector's server, or correct the address (ECONNREFUSED)";
  const [counts = '', ...end] = stdout.split('\n').slice(5);
  const lines = stdout.split('\n').slice(0, 5);
  assert.deepEqual(
    lines.map((line) => line.replaceAll(/ {2,}/g, '  ')),
    [
      '127.0.0.1:1',
      '0 resources, 0 entitlements, 0 grants',
      '',
      '✗ failed  connector-answers  A Baton connector responds at the address',
      '',
    ],
  );
  const [, checks, notRun] =
    /^(\d+) checks: 0 passed, 1 failed, 0 not applicable, (\d+) not run, in \d/.exec(counts) ?? [];
  assert.equal(Number(checks), Number(notRun) + 1);
  assert.deepEqual(end, [`The run ended early: ${cause}`, '']);
  assert.equal(stderr, '');
  assert.match(await readFile(join(cwd, 'report.xml'), 'utf8'), / failures="1" /);
  const json = JSON.parse((await runHarness([...argv, '--output', 'json'], { cwd })).stdout);
  assert.equal(json.cause, cause);
  assert.equal(json.checks.length, Number(checks));
});

test('faults of usage are told at once, with exit code 2', async (t) => {
  const cwd = await temporaryFolder(t);
  await writeFile(join(cwd, 'empty.pem'), '');
  const missing = await runHarness([]);
  assert.equal(missing.exitCode, 2);
  assert.match(missing.stderr, /--address/);
  for (const [argv, why] of [
    [['--address', 'library'], /--address.*must have a port/],
    [['--address', '127.0.0.1:1', '--replica', '1'], /--replica.*must have a host/],
    [['--address', '127.0.0.1:1', '--max-items', '0'], /--max-items/],
    [['--address', '127.0.0.1:1', '--timeout', 'soon'], /--timeout/],
    [['--address', '127.0.0.1:1', '--call-timeout', '25h'], /--call-timeout.*must not exceed 24h/],
    [['--address', '127.0.0.1:1', '--tls-cert', 'x.pem'], /--tls-cert.*--tls-key/],
    [['--address', '127.0.0.1:1', '--tls-ca', 'none.pem'], /--tls-ca: cannot read none\.pem: ENOENT/],
    [['--address', '127.0.0.1:1', '--tls-ca', 'empty.pem'], /--tls-ca: empty\.pem is not a PEM file/],
    [
      ['--address', '127.0.0.1:1', ...pair('mutual-client-certificate', 'stranger-client-key')],
      /--tls-ca, --tls-cert, --tls-key: unusable: /,
    ],
  ] as const) {
    const { exitCode, stdout, stderr } = await runHarness(argv, { cwd });
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, why);
    assert.equal(stdout, '');
  }
});

test('an address that is not loopback is spoken to with TLS, even without a flag', async (t) => {
  const address = await serveLibrary(t);
  // This machine, by a name that other machines could have too.
  const { stdout } = await runHarness(['--address', address.replace('127.0.0.1', '0.0.0.0')]);
  assert.match(
    stdout,
    /✗ failed +connector-answers .*\n(?:.*\n)*The run ended early: the server on 0\.0\.0\.0:\d+ does not use TLS/,
  );
});

test('our own connector keeps to the contract, also while its report takes longer than a call may wait', async (t) => {
  const simulator = await startSimulator(t, { users: 60, courses: 40, activityRows: 900, reportDelayMs: 40 });
  const { services } = startConnector(t, simulator, { timing: { reportWaitMs: 5 } });
  const report = await judgeServices(t, services);
  assertFailed(report, {});
  const { users, courses, roles, entitlements, grants } = simulator.truth.counts();
  assert.deepEqual(report.walked, { resources: users + courses + roles, entitlements, grants });
});

test('help shows --file as a flag alone: BATON_FILE and the file of settings are for syncs', () => {
  const program: Program = { name: 'baton-library', version: '1.2.3', fields: [], connector: () => assert.fail() };
  for (const all of [false, true]) {
    const help = formatCommandHelp(program, harnessCommand, { startCommand: 'baton-library', all });
    const lines = help.split('\n').filter((line) => line.includes('--file '));
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^ {2}-f, --file string +Also write a sync into this c1z file$/);
  }
});
