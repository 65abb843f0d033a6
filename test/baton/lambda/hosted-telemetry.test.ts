// Telemetry of a hosted connector, which is never told to end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import { startCollector } from '../telemetry/start-collector.ts';
import { startHosted } from './start-hosted.ts';

const config = { 'api-token': 'simulated-percipio-token', 'organization-id': '0b7ec9a1-58dc-4ea8-b7a3-5a2f3d1c9e44' };
const { listResourceTypes } = ResourceTypesService.method;

test('what a call reports has been sent when the process waits for the next one', async (t) => {
  const collector = await startCollector(t);
  await using hosted = await startHosted({ config });
  const process = hosted.start({
    tenant: 't1',
    BATON_LOG_LEVEL: 'debug',
    BATON_OTEL_COLLECTOR_ENDPOINT: collector.endpoint,
    BATON_OTEL_COLLECTOR_ENDPOINT_TLS_INSECURE: 'true',
  });
  await hosted.lambda.ready();
  const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  await hosted.invoker.call(listResourceTypes, {}, { traceparent: `00-${traceId}-${spanId}-01` });
  await hosted.lambda.ready();
  process.kill('SIGKILL');
  await process.ended;
  const [span] = collector.named('c1.connector.v2.ResourceTypesService/ListResourceTypes');
  assert.deepEqual([span?.traceId, span?.parentSpanId], [traceId, spanId]);
  assert.ok(collector.metrics.has('baton.call.duration'));
  const [line] = collector.logs.filter(({ attributes }) => attributes.config_version !== undefined);
  assert.equal(line?.attributes.tenant_id, 't1');
  assert.equal(collector.resources[0]?.['service.name'], 'baton-percipio-server');
});

test('a collector that does not answer delays the next call by a second at most', async (t) => {
  const collector = await startCollector(t);
  collector.answer = 'nothing';
  await using hosted = await startHosted({ config });
  hosted.start({
    BATON_OTEL_COLLECTOR_ENDPOINT: collector.endpoint,
    BATON_OTEL_COLLECTOR_ENDPOINT_TLS_INSECURE: 'true',
    // Longer than the test may take.
    OTEL_EXPORTER_OTLP_TIMEOUT: '3600000',
  });
  for (let call = 0; call < 2; call++) await hosted.invoker.call(listResourceTypes, {});
  await hosted.lambda.ready();
});
