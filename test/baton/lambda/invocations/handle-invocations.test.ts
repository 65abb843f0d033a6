import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, createRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code, type HandlerContext } from '@connectrpc/connect';
import pino from 'pino';
import {
  EntitlementsService,
  EntitlementsServiceListEntitlementsRequestSchema,
} from '#gen/c1/connector/v2/entitlement_pb.js';
import { RequestSchema, ResponseSchema } from '#gen/c1/transport/v1/transport_pb.js';
import { file_google_rpc_status, StatusSchema } from '#gen/google/rpc/status_pb.js';
import { createCallTarget } from '../../../../src/baton/lambda/invocations/dispatch.ts';
import { handleInvocations } from '../../../../src/baton/lambda/invocations/handle-invocations.ts';
import { createRuntimeApi, RuntimeApiError } from '../../../../src/baton/lambda/invocations/runtime-api.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { type InvocationResult, startLambdaSimulator } from '../../../../src/simulator/lambda/runtime-api.ts';

const method = '/c1.connector.v2.EntitlementsService/ListEntitlements';
const input = EntitlementsServiceListEntitlementsRequestSchema;
const request = create(RequestSchema, { method, headers: {}, req: anyPack(input, create(input)) });
const frame = JSON.stringify({ v: 2, frame: Buffer.from(toBinary(RequestSchema, request)).toString('base64') });
const json = JSON.stringify({ method, headers: {}, req: { '@type': `type.googleapis.com/${input.typeName}` } });

/** Handles invocations with a service that answers as it is told, until it is disposed. */
async function start(answer: (context: HandlerContext) => { readonly nextPageToken?: string; annotations?: never[] }) {
  await using stack = new AsyncDisposableStack();
  const lambda = stack.use(await startLambdaSimulator());
  const runtime = createRuntimeApi(lambda.host);
  const stop = new AbortController();
  const logger = pino({ level: 'silent' });
  const listEntitlements = async (_: unknown, context: HandlerContext) => answer(context);
  const versions: (string | undefined)[] = [];
  const target = createCallTarget([serviceEntry(EntitlementsService, { listEntitlements })], { logger });
  const registry = createRegistry(file_google_rpc_status, EntitlementsService.file);
  const running = handleInvocations({
    ...{ runtime, logger, signal: stop.signal },
    types: async () => registry,
    checkCaller: async () => {},
    target: async (version) => {
      versions.push(version);
      return target;
    },
  });
  running.catch(() => {});
  stack.defer(async () => {
    stop.abort();
    await running.catch(() => {});
    runtime.close();
  });
  const started = stack.move();
  return { lambda, running, versions, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function statusOf(result: InvocationResult) {
  const { frame: text = '' } = JSON.parse(result.body) as { readonly frame?: string };
  const { status } = fromBinary(ResponseSchema, Buffer.from(text, 'base64'));
  return status && anyUnpack(status, StatusSchema);
}

test('a call ends half a second before its invocation, so that its answer arrives', async () => {
  const ends: number[] = [];
  await using started = await start((context) => {
    ends.push(Date.now() + (context.timeoutMs() ?? 0));
    return {};
  });
  const deadline = Date.now() + 100_000;
  started.lambda.nameDeadline(String(deadline));
  await started.lambda.invoke(frame);
  const [end = 0] = ends;
  // Both clocks are rounded.
  assert.ok(Math.abs(deadline - 500 - end) < 5, `${deadline - end} ms before`);
});

test('the first version of the config that a call names counts', async () => {
  await using started = await start(() => ({}));
  for (const headers of [{ 'x-baton-connector-config-version': ['', '2', '3'] }, {}]) {
    const named = toBinary(RequestSchema, create(RequestSchema, { ...request, headers }));
    await started.lambda.invoke(JSON.stringify({ v: 2, frame: Buffer.from(named).toString('base64') }));
  }
  assert.deepEqual(started.versions, ['2', undefined]);
});

test('a response that is too large for Lambda becomes an error of the call', async () => {
  const answers = ['x'.repeat(5_000_000), ''];
  await using started = await start(() => ({ nextPageToken: answers.shift() ?? '' }));
  const status = statusOf(await started.lambda.invoke(frame));
  assert.equal(status?.code, Code.ResourceExhausted);
  assert.match(
    status?.message ?? '',
    /^the response has 66\d{5} bytes, more than the 6291556 that AWS Lambda accepts$/,
  );
  assert.equal(statusOf(await started.lambda.invoke(frame))?.code, 0);
});

test('a response that JSON cannot hold becomes an error of the call', async () => {
  const annotations = [{ typeUrl: 'type.googleapis.com/no.such.Type', value: new Uint8Array(1) }] as never[];
  await using started = await start(() => ({ annotations }));
  const { kind, body } = await started.lambda.invoke(json);
  assert.equal(kind, 'response');
  assert.deepEqual(JSON.parse(body).status.code, Code.Internal);
  assert.match(
    JSON.parse(body).status.message,
    /^the response cannot be written as JSON: send the request as a frame$/,
  );
  assert.equal(statusOf(await started.lambda.invoke(frame))?.code, 0);
});

test('a response that Lambda rejects fails the invocation, and the next one is handled', async () => {
  await using started = await start(() => ({}));
  started.lambda.rejectNext(413);
  const { kind, body } = await started.lambda.invoke(frame);
  assert.equal(kind, 'error');
  assert.match(body, /Runtime\.RejectedResponse/);
  assert.equal(statusOf(await started.lambda.invoke(frame))?.code, 0);
});

test('a runtime API that fails ends the loop', async () => {
  await using started = await start(() => ({}));
  started.lambda.rejectNext(500);
  started.lambda.invoke(frame).catch(() => {});
  await assert.rejects(started.running, (error) => error instanceof RuntimeApiError && error.status === 500);
});
