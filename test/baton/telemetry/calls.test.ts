// Telemetry of calls over the wire, of tasks, and of more than a collector takes.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import pino from 'pino';
import { ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import type { Program } from '../../../src/baton/author/program.ts';
import { runCommandLine } from '../../../src/baton/command-line/run-command-line.ts';
import { connectorServiceCommand } from '../../../src/baton/commands/connector-service.ts';
import { harnessCommand } from '../../../src/baton/commands/harness.ts';
import { serveCommand } from '../../../src/baton/commands/serve.ts';
import { otelCollectorEndpoint, otelTlsInsecure } from '../../../src/baton/config/fields/telemetry.ts';
import { measure, startSpan, type Telemetry, withTelemetry } from '../../../src/baton/instruments/telemetry.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { startTelemetry } from '../../../src/baton/telemetry/start-telemetry.ts';
import { createTestSettings } from '../../../src/baton/testing.ts';
import { startChild } from '../commands/start-child.ts';
import { startService } from '../conductorone/start-service.ts';
import { createLibrary } from '../library-connector.ts';
import { type Collector, startCollector } from './start-collector.ts';

const flags = ({ endpoint }: Collector) => [
  `--otel-collector-endpoint=${endpoint}`,
  '--otel-collector-endpoint-tls-insecure',
];

/** Runs a command of a library's program in this process, until the test ends. */
function run(t: TestContext, argv: readonly string[]) {
  const program: Program = {
    name: 'baton-library',
    version: '1.2.3',
    fields: [],
    connector: () => createLibrary().connector,
  };
  const stop = new AbortController();
  const printed = Promise.withResolvers<string>();
  const exitCode = runCommandLine(
    program,
    { default: serveCommand, named: [serveCommand, harnessCommand, connectorServiceCommand] },
    {
      argv,
      env: {},
      cwd: '/nonexistent',
      signal: stop.signal,
      stdout: { write: (text) => printed.resolve(text) },
      stderr: { write: () => {} },
    },
  );
  const end = async () => {
    stop.abort();
    return await exitCode;
  };
  t.after(end);
  return { printed: printed.promise, exitCode, end };
}

async function serve(t: TestContext, collector: Collector) {
  const server = run(t, ['serve', '--listen=127.0.0.1:0', '--http-listen=127.0.0.1:0', ...flags(collector)]);
  const text = await server.printed;
  const grpc = /listens at (\S+)/.exec(text)?.[1] ?? '';
  const http = /http:\/\/([^/]+)\//.exec(text)?.[1] ?? '';
  return { grpc, http, end: server.end };
}

test('a server continues the traces of its callers, and the harness has such a trace for each call', async (t) => {
  const [ofServer, ofHarness] = [await startCollector(t), await startCollector(t)];
  const server = await serve(t, ofServer);
  const harness = run(t, ['harness', `--address=${server.grpc}`, ...flags(ofHarness)]);
  assert.equal(await harness.exitCode, 0, await harness.printed);
  await server.end();

  const name = 'c1.connector.v2.GrantsService/ListGrants';
  const calls = ofHarness.named(name);
  assert.ok(calls.length > 0);
  const served = new Map(ofServer.named(name).map((span) => [span.parentSpanId, span]));
  for (const call of calls) {
    assert.equal(call.kind, 'SPAN_KIND_CLIENT');
    const span = served.get(call.spanId);
    assert.ok(span, 'the server has a span for the call');
    assert.deepEqual([span.traceId, span.kind], [call.traceId, 'SPAN_KIND_SERVER']);
    assert.deepEqual(
      [span.attributes['rpc.system'], span.attributes['rpc.service'], span.attributes['rpc.method']],
      ['grpc', 'c1.connector.v2.GrantsService', 'ListGrants'],
    );
    const [inner] = ofServer.named('builder.ListGrants').filter(({ parentSpanId }) => parentSpanId === span.spanId);
    assert.equal(inner?.traceId, call.traceId);
  }
  // The harness sends invalid requests, too.
  const codes = new Set(ofServer.spans.map(({ attributes }) => attributes['rpc.grpc.status_code']));
  assert.ok(codes.has(0) && codes.has(3), [...codes].join());
});

test('a server takes the trace of a caller from W3C headers over HTTP, and ignores malformed ones', async (t) => {
  const collector = await startCollector(t);
  const server = await serve(t, collector);
  const transport = createConnectTransport({ baseUrl: `http://${server.http}`, httpVersion: '1.1' });
  const client = createClient(ResourceTypesService, transport);
  const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  for (const traceparent of [`00-${traceId}-${spanId}-00`, '00-nonsense']) {
    await client.listResourceTypes({}, { headers: { traceparent } });
  }
  await server.end();
  const [own, continued] = collector
    .named('c1.connector.v2.ResourceTypesService/ListResourceTypes')
    .sort((a, b) => a.parentSpanId.length - b.parentSpanId.length);
  // Recorded even if the caller's is not, as in Go.
  assert.deepEqual([continued?.traceId, continued?.parentSpanId], [traceId, spanId]);
  assert.equal(own?.parentSpanId, '');
  assert.notEqual(own?.traceId, traceId);
});

test('the child of a Go runner continues the trace of its parent, and sends what is left when the parent is gone', async (t) => {
  const collector = await startCollector(t);
  const settings = ['--organization-id=3f2504e0-4f89-41d3-9a0c-0305e82c3301', '--api-token=token'];
  const child = await startChild(t, { argv: [...settings, ...flags(collector)] });
  const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  const client = createClient(ResourceTypesService, child.connect());
  await client.listResourceTypes({}, { headers: { traceparent: `00-${traceId}-${spanId}-01` } });
  child.die();
  const [exitCode] = await child.exited;
  assert.equal(exitCode, 0, child.text.stderr);
  const [span] = collector.named('c1.connector.v2.ResourceTypesService/ListResourceTypes');
  assert.deepEqual([span?.traceId, span?.parentSpanId], [traceId, spanId]);
});

function start(
  collector: Collector,
  lines: string[] = [],
  { closeTimeoutMs = 60_000, env = {} }: { closeTimeoutMs?: number; env?: Readonly<Record<string, string>> } = {},
) {
  const telemetry = startTelemetry({
    program: { name: 'baton-library', version: '1.2.3' },
    settings: createTestSettings([
      [otelCollectorEndpoint, collector.endpoint],
      [otelTlsInsecure, true],
    ]),
    env,
    cwd: '/nonexistent',
    logger: pino({ errorKey: 'error' }, { write: (line) => lines.push(line) }),
    redactText: (text) => text.replaceAll('s3cret', '[redacted]'),
    closeTimeoutMs,
  });
  assert.ok(telemetry);
  return telemetry;
}

/** A full batch is sent at once. */
function fillBatch(telemetry: Telemetry): void {
  withTelemetry(telemetry, () => {
    for (let index = 0; index < 512; index++) startSpan('many', {}).end();
  });
}

test('a task has a trace of its own, from the task to the calls of the connector and of ConductorOne', async (t) => {
  const collector = await startCollector(t);
  const telemetry = start(collector);
  const services = createConnectorServices(createLibrary().connector, { provisioning: true, ticketing: true });
  const service = await withTelemetry(telemetry, () => startService(t, { services }));
  const { tasks } = service.conductorone;
  await tasks.finished(tasks.add({ case: 'syncFull', value: {} }));
  await tasks.finished(tasks.add({ case: 'grant', value: {} }));
  await service.stop();
  await telemetry.close();

  const [sync, grant] = collector.named('c1ApiTaskManager.Process');
  assert.deepEqual([sync?.attributes.task_type, grant?.attributes.task_type], ['syncFull', 'grant']);
  assert.notEqual(sync?.traceId, grant?.traceId);
  const path = ['fullSyncTaskHandler.HandleTask', 'fullSyncTaskHandler.sync', 'syncer.Sync', 'builder.Validate'];
  let parent = sync;
  for (const name of path) {
    const [span] = collector.named(name);
    assert.deepEqual([span?.traceId, span?.parentSpanId], [parent?.traceId, parent?.spanId], name);
    parent = span;
  }
  for (const name of ['c1ServiceClient.Heartbeat', 'c1ServiceClient.Upload', 'c1ServiceClient.FinishTask']) {
    assert.ok(
      collector.named(name).some(({ traceId }) => traceId === sync?.traceId),
      name,
    );
  }
  const [handler] = collector.named('grantTaskHandler.HandleTask');
  assert.deepEqual([handler?.isError, handler?.statusMessage], [true, 'malformed_task']);
  const outcomes = (collector.metrics.get('baton.task.duration') ?? []).map(({ attributes }) => [
    attributes['baton.task.type'],
    attributes['baton.task.outcome'],
  ]);
  assert.deepEqual(outcomes, [
    ['syncFull', 'succeeded'],
    ['grant', 'failed'],
  ]);
});

test('names, attributes and metrics are sent without secrets and within limits', async (t) => {
  const collector = await startCollector(t);
  const telemetry = start(collector);
  withTelemetry(telemetry, () => {
    const span = startSpan('s3cret', { attributes: { first: 'a s3cret', absent: undefined } });
    span.setAttributes({ second: 's3cret', long: 'x'.repeat(100_000) });
    span.end();
    measure('baton.call.retries', 1, { 'rpc.grpc.status_code': 's3cret' });
  });
  await telemetry.close();
  const [span] = collector.spans;
  assert.equal(span?.name, '[redacted]');
  assert.deepEqual(
    { ...span?.attributes, long: String(span?.attributes.long).length },
    { first: 'a [redacted]', second: '[redacted]', long: 8192 },
  );
  const [point] = collector.metrics.get('baton.call.retries') ?? [];
  assert.deepEqual(point?.attributes, { 'rpc.grpc.status_code': '[redacted]' });
});

test('what a collector does not take in time is dropped, not kept', async (t) => {
  const collector = await startCollector(t);
  const telemetry = start(collector);
  withTelemetry(telemetry, () => {
    for (let index = 0; index < 10_000; index++) startSpan('many', {}).end();
  });
  await telemetry.close();
  // A batch of 512 that was on its way, and a queue of 2048.
  assert.equal(collector.named('many').length, 512 + 2048);
});

test('a collector that never answers holds up the end of the program for a limited time, and once', async (t) => {
  const collector = await startCollector(t);
  collector.answer = 'nothing';
  const lines: string[] = [];
  const telemetry = start(collector, lines, { closeTimeoutMs: 50 });
  withTelemetry(telemetry, () => startSpan('one', {}).end());
  await telemetry.close();
  assert.equal(lines.filter((line) => line.includes('cannot send telemetry')).length, 1, lines.join(''));
});

test('a batch that is being retried has one last attempt when the program ends', async (t) => {
  const collector = await startCollector(t);
  collector.answer = { code: 14, details: 'restarting' };
  const lines: string[] = [];
  const telemetry = start(collector, lines, { env: { OTEL_EXPORTER_OTLP_TIMEOUT: '3600000' } });
  fillBatch(telemetry);
  while (collector.exports === 0) await new Promise(setImmediate);
  await telemetry.close();
  assert.ok(collector.exports <= 4, `${collector.exports} exports`);
  assert.equal(lines.filter((line) => line.includes('cannot send telemetry')).length, 1, lines.join(''));
});

test('a signal that the collector does not take is not sent again', async (t) => {
  const collector = await startCollector(t);
  collector.unimplemented.add('traces');
  const lines: string[] = [];
  const telemetry = start(collector, lines);
  fillBatch(telemetry);
  while (!lines.some((line) => line.includes('takes no traces'))) await new Promise(setImmediate);
  collector.unimplemented.clear();
  fillBatch(telemetry);
  await telemetry.close();
  assert.deepEqual(collector.spans, []);
  assert.equal(lines.filter((line) => line.includes('takes no traces')).length, 1, lines.join(''));
});

for (const { rejected, errorMessage, expected } of [
  {
    rejected: 3,
    errorMessage: 'too old, s3cret-key',
    expected: 'the collector rejected a part of the traces (3): too old, [redacted]',
  },
  { rejected: 3, errorMessage: '', expected: 'the collector rejected a part of the traces (3)' },
  { rejected: 0, errorMessage: 'use a later version', expected: undefined },
]) {
  test(`a collector that takes all but ${rejected} spans, with the message "${errorMessage}"`, async (t) => {
    const collector = await startCollector(t);
    collector.answer = { rejected, errorMessage };
    const lines: string[] = [];
    const telemetry = start(collector, lines, { env: { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=s3cret-key' } });
    fillBatch(telemetry);
    await telemetry.close();
    const failures = lines.filter((line) => line.includes('cannot send telemetry'));
    assert.deepEqual(
      failures.map((line) => JSON.parse(line).error.message),
      expected === undefined ? [] : [expected],
    );
  });
}

test('after a failure it says once that telemetry is sent again', async (t) => {
  const collector = await startCollector(t);
  collector.answer = { code: 16, details: 'not yet' };
  const lines: string[] = [];
  const telemetry = start(collector, lines);
  const logged = async (text: string) => {
    while (!lines.some((line) => line.includes(text))) await new Promise(setImmediate);
  };
  fillBatch(telemetry);
  await logged('cannot send telemetry');
  collector.answer = 'ok';
  fillBatch(telemetry);
  await logged('sending telemetry again');
  fillBatch(telemetry);
  await telemetry.close();
  assert.equal(lines.filter((line) => line.includes('sending telemetry again')).length, 1, lines.join(''));
  assert.equal(collector.named('many').length, 2 * 512);
});
