// The program with a collector: what it sends of a sync, and what a bad collector costs it.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { createCertificate } from '../../../src/simulator/conductorone/certificate.ts';
import {
  createWorkFolder,
  type Outcome,
  readIds,
  runProgram,
  startProcess,
  trueIds,
  type WorkFolder,
} from '../../e2e/run-program.ts';
import { READY_AT_ONCE, startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { type Collector, type ReceivedSpan, startCollector } from './start-collector.ts';

const size = { seed: 7, users: 30, courses: 20, activityRows: 100 };

function plaintextTo({ endpoint }: Pick<Collector, 'endpoint'>): string[] {
  return [`--otel-collector-endpoint=${endpoint}`, '--otel-collector-endpoint-tls-insecure'];
}

/** Syncs a small organization. */
async function sync(t: TestContext, argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const simulator = await startSimulator(t, { ...size, ...READY_AT_ONCE });
  const folder = await createWorkFolder(t);
  const outcome = await runProgram(simulator, folder, { argv, env });
  return { simulator, folder, outcome };
}

function succeeded({ exitCode, stderr }: Outcome): void {
  assert.equal(exitCode, 0, stderr);
}

function linesWith(text: string, outcome: Outcome): readonly Record<string, unknown>[] {
  const lines = outcome.stderr.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line)).filter(({ msg }) => String(msg).includes(text));
}

function one(spans: readonly ReceivedSpan[]): ReceivedSpan {
  const [span, ...others] = spans;
  assert.ok(span && others.length === 0, `${spans.length} spans, not one`);
  return span;
}

test('a sync is traced as by a Go runner: the run, its actions, the calls and the requests', async (t) => {
  const collector = await startCollector(t);
  const { simulator, folder, outcome } = await sync(t, plaintextTo(collector));
  succeeded(outcome);

  const run = one(collector.named('localSyncer.Process'));
  assert.equal(run.parentSpanId, '');
  const whole = one(collector.named('syncer.Sync'));
  assert.deepEqual([whole.traceId, whole.parentSpanId], [run.traceId, run.spanId]);
  assert.deepEqual([whole.attributes['sync.type'], whole.attributes['sync.worker_count']], ['full', 1]);
  assert.match(String(whole.attributes.sync_id), /^\w{27}$/);
  assert.equal(typeof whole.attributes['sync.step.list_grants.duration_ms'], 'number');

  // Of which there may be thousands.
  const actions = collector.named('syncer.SyncGrants');
  assert.deepEqual(new Set(actions.map(({ attributes }) => attributes.resource_type_id)), new Set(['role', 'course']));
  for (const action of actions) {
    assert.notEqual(action.traceId, run.traceId);
    assert.deepEqual([action.links, action.parentSpanId], [[run.traceId], '']);
    const call = one(collector.named('builder.ListGrants').filter(({ traceId }) => traceId === action.traceId));
    assert.equal(call.parentSpanId, action.spanId);
  }

  const validate = one(collector.named('builder.Validate'));
  const request = one(collector.named('POST /reporting/v1/organizations/{}/report-requests/learning-activity'));
  assert.deepEqual([request.traceId, request.parentSpanId], [run.traceId, validate.spanId]);
  assert.equal(request.kind, 'SPAN_KIND_CLIENT');
  const url = new URL(simulator.url);
  assert.deepEqual(request.attributes, {
    'http.request.method': 'POST',
    'server.address': url.hostname,
    'server.port': Number(url.port),
    'url.template': '/reporting/v1/organizations/{}/report-requests/learning-activity',
    'http.response.status_code': 200,
  });
  assert.ok(Number(one(collector.named('C1File.saveC1z')).attributes.output_bytes) > 0);
  assert.deepEqual(
    collector.spans.filter(({ isError }) => isError),
    [],
  );
  assert.deepEqual(await readIds(folder.file), trueIds(simulator));
});

test('its log lines are sent with their fields and their span, and name it as Go connectors do', async (t) => {
  const collector = await startCollector(t);
  const { outcome } = await sync(t, plaintextTo(collector));
  succeeded(outcome);
  const whole = one(collector.named('syncer.Sync'));
  const [logged] = linesWith('synced grants', outcome);
  const [sent, ...others] = collector.logs.filter(({ body }) => body === 'synced grants');
  assert.ok(logged && sent && others.length === 0);
  const { level, ts, msg, ...fields } = logged;
  assert.deepEqual([sent.severity, sent.attributes], [level, fields]);
  assert.deepEqual([sent.traceId, sent.spanId], [whole.traceId, whole.spanId]);
  assert.equal(fields['dd.trace_id'], BigInt(`0x${whole.traceId.slice(16)}`).toString());
  assert.equal(fields['dd.span_id'], BigInt(`0x${whole.spanId}`).toString());
  // At the level of the log.
  assert.ok(!collector.logs.some(({ severity }) => severity === 'debug'));
});

test('its rows, calls and requests are measured', async (t) => {
  const collector = await startCollector(t);
  const { simulator, outcome } = await sync(t, plaintextTo(collector));
  succeeded(outcome);
  const points = (name: string) => collector.metrics.get(name) ?? [];
  const { users, courses, roles, completedGrants } = simulator.truth.counts();
  const rows = Object.fromEntries(
    points('baton.sync.rows').map(({ attributes, value }) => [
      `${attributes['baton.sync.phase']}/${attributes['baton.sync.kind']}`,
      value,
    ]),
  );
  assert.equal(rows['resources/user'], users);
  assert.equal(rows['resources/course'], courses);
  assert.equal(rows['resources/role'], roles);
  assert.equal(rows['grants/course completed'], completedGrants);
  const requests = points('http.client.request.duration').reduce((sum, { count = 0 }) => sum + count, 0);
  assert.equal(requests, simulator.requests.all.length);
  const validations = points('baton.call.duration').filter(({ attributes }) => attributes['rpc.method'] === 'Validate');
  assert.deepEqual(
    validations.map(({ count, attributes }) => [count, attributes['rpc.grpc.status_code']]),
    [[1, 0]],
  );
  const [duration] = points('baton.sync.duration');
  assert.deepEqual(duration?.attributes, { 'sync.type': 'full', 'baton.sync.outcome': 'succeeded' });
  const [lastSuccess] = points('baton.sync.last_success.time');
  assert.ok(Math.abs((lastSuccess?.value ?? 0) - Date.now() / 1000) < 600);
});

test('neither a secret nor a person is in anything that is sent', async (t) => {
  const collector = await startCollector(t);
  const env = { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=s3cret-key' };
  const { simulator, outcome } = await sync(t, [...plaintextTo(collector), '--log-level=debug'], env);
  succeeded(outcome);
  const spans = JSON.stringify([collector.spans, [...collector.metrics]]);
  const everything = spans + JSON.stringify([collector.logs, collector.resources]);
  assert.ok(everything.includes('percipio request'), 'the log is at level debug');
  for (const secret of [simulator.token, 'Bearer ', 's3cret-key']) assert.ok(!everything.includes(secret), secret);
  for (const id of [...simulator.truth.userIds(), simulator.organizationId]) assert.ok(!spans.includes(id), id);
});

test('retries and failures are told apart', async (t) => {
  const collector = await startCollector(t);
  const simulator = await startSimulator(t, { ...size, ...READY_AT_ONCE });
  simulator.faults.add({ kind: 'status', status: 503, match: { path: /users$/ } });
  const folder = await createWorkFolder(t);
  succeeded(await runProgram(simulator, folder, { argv: plaintextTo(collector) }));
  const [first, second] = collector.named('GET /user-management/v1/organizations/{}/users');
  assert.deepEqual([first?.isError, first?.attributes['error.type']], [true, '503']);
  assert.deepEqual([second?.isError, second?.attributes['http.request.resend_count']], [false, 1]);
  assert.deepEqual(
    collector.metrics.get('baton.http.retries')?.map(({ value }) => value),
    [1],
  );
});

test('a sync that fails is sent as failed, with its reason and without its message', async (t) => {
  const collector = await startCollector(t);
  const simulator = await startSimulator(t, size);
  const folder = await createWorkFolder(t);
  const { exitCode } = await runProgram(simulator, folder, {
    argv: plaintextTo(collector),
    env: { BATON_API_TOKEN: 'wrong-token' },
  });
  assert.equal(exitCode, 1);
  const whole = one(collector.named('syncer.Sync'));
  assert.deepEqual(
    [whole.isError, whole.statusMessage, whole.attributes['error.type']],
    [true, 'percipio_http_401', 'percipio_http_401'],
  );
  const [duration] = collector.metrics.get('baton.sync.duration') ?? [];
  assert.equal(duration?.attributes['baton.sync.outcome'], 'failed');
  assert.ok(collector.logs.some(({ body }) => body === 'the command failed'));
});

test('what is left is sent when a signal ends the program', async (t) => {
  const collector = await startCollector(t);
  // A report that takes forever.
  const simulator = await startSimulator(t, { ...size, reportPolls: { pending: 1_000_000 } });
  const folder = await createWorkFolder(t);
  const { child, finished } = startProcess(t, simulator, folder, { argv: plaintextTo(collector) });
  child.stderr.on('data', (chunk) => {
    if (String(chunk).includes('synced entitlements')) child.kill('SIGTERM');
  });
  const { exitCode, stderr } = await finished;
  assert.equal(exitCode, 143, stderr);
  const whole = one(collector.named('syncer.Sync'));
  assert.equal(whole.isError, false, 'somebody wanted it to end');
  const [duration] = collector.metrics.get('baton.sync.duration') ?? [];
  assert.equal(duration?.attributes['baton.sync.outcome'], 'stopped');
});

test('the resource is the program, with attributes and headers from OpenTelemetry’s variables', async (t) => {
  const collector = await startCollector(t);
  const env = {
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test%20one,service.name=other,broken',
    OTEL_EXPORTER_OTLP_HEADERS: 'X-Key=a%3Db, x-other=c',
  };
  const { outcome } = await sync(t, plaintextTo(collector), env);
  succeeded(outcome);
  assert.ok(collector.resources.length >= 3);
  for (const resource of collector.resources) {
    assert.equal(resource['service.name'], 'baton-percipio-server', 'as in Go, the variable does not count');
    assert.equal(resource['deployment.environment.name'], 'test one');
    assert.equal(resource['telemetry.sdk.language'], 'nodejs');
  }
  for (const headers of collector.headers) assert.deepEqual([headers['x-key'], headers['x-other']], ['a=b', 'c']);
});

async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${address.port}`;
}

/** The sync is as good as ever, and there is one warning. */
async function costsOneWarning(
  { simulator, folder, outcome }: Awaited<ReturnType<typeof sync>>,
  expected: RegExp,
): Promise<void> {
  succeeded(outcome);
  assert.deepEqual(await readIds(folder.file), trueIds(simulator));
  const warnings = linesWith('telemetry', outcome);
  assert.equal(warnings.length, 1, outcome.stderr);
  assert.match(String(warnings[0]?.error), expected);
}

test('a collector that is not there costs a sync one warning', async (t) => {
  const endpoint = await closedPort();
  await costsOneWarning(await sync(t, plaintextTo({ endpoint })), /nothing is listening at that address/);
});

test('a collector that refuses everything costs a sync one warning', async (t) => {
  const collector = await startCollector(t);
  collector.answer = { code: status.UNAUTHENTICATED, details: 'not with s3cret-key' };
  await costsOneWarning(
    await sync(t, plaintextTo(collector), { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=s3cret-key' }),
    /the collector answered UNAUTHENTICATED: not with \[redacted\]$/,
  );
});

test('a server that is no collector costs a sync one warning', async (t) => {
  const { url } = await startSimulator(t, size);
  await costsOneWarning(await sync(t, plaintextTo({ endpoint: new URL(url).host })), /./);
});

test('a collector that takes no metrics gets the rest', async (t) => {
  const collector = await startCollector(t);
  collector.unimplemented.add('metrics');
  const { outcome } = await sync(t, plaintextTo(collector));
  succeeded(outcome);
  assert.equal(linesWith('the collector takes no metrics; sending none', outcome).length, 1);
  assert.ok(collector.named('syncer.Sync').length === 1 && collector.logs.length > 0);
});

const disabled: readonly (readonly [flag: string, sent: readonly string[]])[] = [
  ['--otel-tracing-disabled', ['logs', 'metrics']],
  ['--otel-logging-disabled', ['metrics', 'spans']],
  ['--otel-metrics-disabled', ['logs', 'spans']],
];
for (const [flag, sent] of disabled) {
  test(`${flag} does what it says`, async (t) => {
    const collector = await startCollector(t);
    const { outcome } = await sync(t, [...plaintextTo(collector), flag]);
    succeeded(outcome);
    const { spans, logs, metrics } = collector;
    const counts = { logs: logs.length, metrics: metrics.size, spans: spans.length };
    assert.deepEqual(
      Object.entries(counts).flatMap(([kind, count]) => (count > 0 ? [kind] : [])),
      sent,
    );
  });
}

test('without traces and logs nothing is sent, as in Go', async (t) => {
  const collector = await startCollector(t);
  const argv = [...plaintextTo(collector), '--otel-tracing-disabled', '--otel-logging-disabled'];
  const { outcome } = await sync(t, argv);
  succeeded(outcome);
  assert.equal(collector.exports, 0);
});

const certificate = createCertificate();
const trusted: readonly (readonly [name: string, settings: (folder: WorkFolder) => Promise<Record<string, string>>])[] =
  [
    [
      'a file',
      async ({ path }) => {
        await writeFile(join(path, 'ca.pem'), certificate.cert);
        return { BATON_OTEL_COLLECTOR_ENDPOINT_TLS_CERT_PATH: 'ca.pem' };
      },
    ],
    ['text', async () => ({ BATON_OTEL_COLLECTOR_ENDPOINT_TLS_CERT: certificate.cert })],
    [
      'text in base64url, as a Go runner takes it',
      async () => ({ BATON_OTEL_COLLECTOR_ENDPOINT_TLS_CERT: Buffer.from(certificate.cert).toString('base64url') }),
    ],
    [
      'a variable for all connections',
      async ({ path }) => {
        await writeFile(join(path, 'ca.pem'), certificate.cert);
        return { SSL_CERT_FILE: join(path, 'ca.pem') };
      },
    ],
  ];
for (const [name, settings] of trusted) {
  test(`a collector with TLS is trusted by ${name}`, async (t) => {
    const collector = await startCollector(t, certificate);
    const simulator = await startSimulator(t, { ...size, ...READY_AT_ONCE });
    const folder = await createWorkFolder(t);
    const outcome = await runProgram(simulator, folder, {
      argv: [`--otel-collector-endpoint=dns:///localhost:${collector.endpoint.split(':')[1]}`],
      env: await settings(folder),
    });
    succeeded(outcome);
    one(collector.named('syncer.Sync'));
    assert.deepEqual(linesWith('not encrypted', outcome), []);
  });
}

test('a collector whose certificate nobody vouches for gets nothing', async (t) => {
  const collector = await startCollector(t, certificate);
  await costsOneWarning(
    await sync(t, [`--otel-collector-endpoint=${collector.endpoint}`]),
    /the certificate is not trusted/,
  );
  assert.equal(collector.exports, 0);
});

const faults: readonly (readonly [env: Readonly<Record<string, string>>, message: RegExp])[] = [
  [{ BATON_OTEL_COLLECTOR_ENDPOINT: 'http://localhost:4317' }, /must be a host and a port, .* without http:/],
  [
    { BATON_OTEL_COLLECTOR_ENDPOINT_TLS_CERT_PATH: 'a.pem', BATON_OTEL_COLLECTOR_ENDPOINT_TLS_CERT: 'b' },
    /mutually exclusive/,
  ],
  [{ BATON_OTEL_COLLECTOR_ENDPOINT_TLS_CERT_PATH: 'absent.pem' }, /cannot read .*absent\.pem: ENOENT/],
  [{ BATON_OTEL_COLLECTOR_ENDPOINT_TLS_CERT: 'bm90aGluZw' }, /contains no usable PEM certificate/],
];
for (const [env, message] of faults) {
  test(`${Object.keys(env).join(', ')} can be a fault of the user`, async (t) => {
    const { outcome } = await sync(t, [], { BATON_OTEL_COLLECTOR_ENDPOINT: 'localhost:4317', ...env });
    assert.equal(outcome.exitCode, 2);
    assert.match(outcome.stderr, message);
  });
}
