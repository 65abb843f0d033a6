// Replays calls that were recorded with the Go runtime of baton-sdk v0.25.0 (recorded-calls.json; tokens were replaced).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, createRegistry, fromBinary, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import pino from 'pino';
import { SkipEntitlementsAndGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { ResourceType_Trait, ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import { type Response, ResponseSchema } from '#gen/c1/transport/v1/transport_pb.js';
import { file_google_rpc_status, StatusSchema } from '#gen/google/rpc/status_pb.js';
import { ServiceError } from '../../../../src/baton/author/service-error.ts';
import { createCallerCheck } from '../../../../src/baton/lambda/callers/caller-check.ts';
import { createCallTarget } from '../../../../src/baton/lambda/invocations/dispatch.ts';
import { handleInvocations } from '../../../../src/baton/lambda/invocations/handle-invocations.ts';
import { createRuntimeApi } from '../../../../src/baton/lambda/invocations/runtime-api.ts';
import { annotationFiles } from '../../../../src/baton/messages/annotation-registry.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { type InvocationResult, startLambdaSimulator } from '../../../../src/simulator/lambda/runtime-api.ts';
import calls from './recorded-calls.json' with { type: 'json' };

const registry = createRegistry(
  file_google_rpc_status,
  ...annotationFiles,
  ResourceTypesService.file,
  ConnectorService.file,
);
const types = async () => registry;

/** Our message where it differs on purpose, and why. Codes never differ. */
const otherMessages: Readonly<Record<string, readonly [message: string, reason: string]>> = {
  'unknown-method': [
    'unknown method NoSuch for service c1.connector.v2.ConnectorService',
    "Go prints the addresses of its functions instead of the method's name",
  ],
  'wrong-request-type': [
    'cannot decode the request as c1.connector.v2.ResourceTypesServiceListResourceTypesRequest',
    'Go shows the nested errors of its decoder',
  ],
  'legacy-no-req': [
    'cannot decode the request as c1.connector.v2.ResourceTypesServiceListResourceTypesRequest',
    'Go shows the nested errors of its decoder',
  ],
  'bad-timeout': ['malformed grpc-timeout: "nonsense"', 'Go adds where in its code it noticed'],
};

/** Payloads that Go answers with INTERNAL, since it recovers from a fault of its own: here they name no method. */
const nameless = new Set(['frame-not-base64', 'empty-object', 'null']);

/** A connector with the resource types of the recorded one. */
async function replay(payload: string): Promise<InvocationResult> {
  await using lambda = await startLambdaSimulator();
  const runtime = createRuntimeApi(lambda.host);
  const stop = new AbortController();
  const check = createCallerCheck({ issuer: '', subject: '', audience: '' }, async () => {
    throw new ServiceError(Code.Unauthenticated, 'no keys', { reason: 'unknown_caller' });
  });
  const logger = pino({ level: 'silent' });
  const target = createCallTarget(
    [
      serviceEntry(ConnectorService, { cleanup: async () => ({}) }),
      serviceEntry(ResourceTypesService, {
        listResourceTypes: async () => ({
          list: [
            {
              id: 'user',
              displayName: 'User',
              traits: [ResourceType_Trait.USER],
              annotations: [anyPack(SkipEntitlementsAndGrantsSchema, create(SkipEntitlementsAndGrantsSchema))],
            },
            { id: 'course', displayName: 'course' },
          ],
        }),
      }),
    ],
    { logger },
  );
  const running = handleInvocations({
    ...{ runtime, types, logger, signal: stop.signal },
    checkCaller: async (headers) =>
      headers.get('authorization') === 'Bearer recorded' ? undefined : await check(headers),
    target: async () => target,
  });
  const result = await lambda.invoke(payload);
  stop.abort();
  await assert.rejects(running);
  runtime.close();
  return result;
}

/** In either encoding. */
function readResponse(text: string): Response {
  const json = JSON.parse(text) as { readonly frame?: string };
  return json.frame === undefined
    ? fromJson(ResponseSchema, json as JsonValue, { registry })
    : fromBinary(ResponseSchema, Buffer.from(json.frame, 'base64'));
}

const statusOf = ({ status }: Response) => {
  const found = status && anyUnpack(status, StatusSchema);
  assert.ok(found);
  return { code: found.code, message: found.message };
};

for (const { name, payload, response } of calls) {
  test(`${name} is answered as by the Go runtime`, async () => {
    const got = await replay(payload);
    if (response === undefined) {
      assert.equal(got.kind, 'error');
      return;
    }
    assert.equal(got.kind, 'response');
    const [ours, recorded] = [readResponse(got.body), readResponse(response)];
    if (nameless.has(name)) {
      assert.deepEqual(statusOf(recorded), { code: Code.Internal, message: 'Internal Server Error' });
      assert.deepEqual(statusOf(ours), { code: Code.Unimplemented, message: 'malformed method name: ""' });
      return;
    }
    assert.equal('frame' in JSON.parse(got.body), 'frame' in JSON.parse(response));
    const [message] = otherMessages[name] ?? [];
    if (message === undefined) {
      assert.deepEqual(sorted(ours), sorted(recorded));
      return;
    }
    assert.deepEqual(statusOf(ours), { code: statusOf(recorded).code, message });
    assert.deepEqual([ours.resp, ours.headers, ours.trailers], [undefined, undefined, undefined]);
  });
}

/** The bytes, but for the order of types: Go's is random. */
function sorted(response: Response): readonly string[] {
  const { list } = (response.resp &&
    anyUnpack(response.resp, ResourceTypesService.method.listResourceTypes.output)) ?? {
    list: [],
  };
  const { resp: _resp, ...rest } = response;
  return [
    response.resp?.typeUrl ?? '',
    Buffer.from(toBinary(ResponseSchema, rest)).toString('hex'),
    ...list
      .map(({ id, displayName, traits, annotations }) =>
        JSON.stringify([id, displayName, traits, annotations.map((each) => [each.typeUrl, [...each.value]])]),
      )
      .sort(),
  ];
}
