import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, createRegistry, toBinary } from '@bufbuild/protobuf';
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  file_c1_connector_v2_annotation_request,
  RequestIdSchema,
} from '#gen/c1/connector/v2/annotation_request_pb.js';
import {
  file_c1_connector_v2_resource,
  ResourcesServiceListResourcesRequestSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import { RequestSchema, ResponseSchema } from '#gen/c1/transport/v1/transport_pb.js';
import {
  type Payload,
  readPayload,
  UnreadablePayloadError,
  writePayload,
} from '../../../../src/baton/lambda/invocations/payload.ts';

const registry = createRegistry(file_c1_connector_v2_resource, file_c1_connector_v2_annotation_request);
const types = async () => registry;
const method = '/c1.connector.v2.ResourcesService/ListResources';
const read = (payload: unknown) =>
  readPayload(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)), types);

function frameOf(resourceTypeId: string): string {
  const input = ResourcesServiceListResourcesRequestSchema;
  const request = create(RequestSchema, { method, req: anyPack(input, create(input, { resourceTypeId })) });
  return Buffer.from(toBinary(RequestSchema, request)).toString('base64');
}

function listRequestIn({ request }: Payload) {
  assert.ok(request.req);
  const message = anyUnpack(request.req, ResourcesServiceListResourcesRequestSchema);
  assert.ok(message);
  return message;
}

test('a frame wins over what else is in the payload', async () => {
  const payload = await read({ method: '/other/Method', v: 2, frame: frameOf('role') });
  assert.equal(payload.encoding, 'frame');
  assert.equal(payload.request.method, method);
  assert.equal(listRequestIn(payload).resourceTypeId, 'role');
});

test('without a frame the payload is protobuf-JSON, whose unknown fields are ignored', async () => {
  const typeUrl = `type.googleapis.com/${ResourcesServiceListResourcesRequestSchema.typeName}`;
  const payload = await read({
    method,
    future: 1,
    req: { '@type': typeUrl, resourceTypeId: 'user', future: { a: 1 } },
  });
  assert.equal(payload.encoding, 'json');
  assert.equal(listRequestIn(payload).resourceTypeId, 'user');
});

test('unknown annotations are dropped at any depth, and known ones kept', async () => {
  const known = { '@type': `type.googleapis.com/${RequestIdSchema.typeName}`, requestId: 'r1' };
  const unknown = { '@type': 'type.googleapis.com/c1.connector.v2.FromTheFuture', a: 1 };
  const typeUrl = `type.googleapis.com/${ResourcesServiceListResourcesRequestSchema.typeName}`;
  const payload = await read({ method, req: { '@type': typeUrl, annotations: [unknown, known, 'x'] } });
  const { annotations } = listRequestIn(payload);
  assert.deepEqual(
    annotations.map((each) => anyUnpack(each, RequestIdSchema)?.requestId),
    ['r1'],
  );
});

test('a list of the metadata with the name annotations is left alone', async () => {
  const unknown = { '@type': 'type.googleapis.com/c1.connector.v2.FromTheFuture' };
  const typeUrl = `type.googleapis.com/${ResourcesServiceListResourcesRequestSchema.typeName}`;
  const payload = await read({
    method,
    req: { '@type': typeUrl, annotations: [unknown] },
    headers: { annotations: ['a', 'b'] },
  });
  assert.deepEqual(payload.request.headers, { annotations: ['a', 'b'] });
});

test('what is not a call is refused without showing it', async () => {
  const refused: readonly (readonly [unknown, RegExp])[] = [
    ['secret nonsense', /^the payload is not JSON$/],
    [{ v: 3, frame: frameOf('user') }, /^the payload has a frame of an unsupported version$/],
    [{ frame: frameOf('user') }, /^the payload has a frame of an unsupported version$/],
    [{ v: 2, frame: '/////w==' }, /^the frame of the payload is not a c1\.transport\.v1\.Request$/],
    [{ method: { secret: 1 } }, /^the payload is not a c1\.transport\.v1\.Request$/],
    [{ method, req: { '@type': 'x/unknown.Type' } }, /^the payload is not a c1\.transport\.v1\.Request$/],
  ];
  for (const [payload, message] of refused) {
    await assert.rejects(
      read(payload),
      (error) => error instanceof UnreadablePayloadError && message.test(error.message),
      JSON.stringify(payload),
    );
  }
});

test('null, an empty object and a frame that is not base64 are calls of no method', async () => {
  for (const payload of [null, {}, { v: 2, frame: '%%%' }, []]) assert.equal((await read(payload)).request.method, '');
});

test('a response has the encoding of its request', async () => {
  const response = create(ResponseSchema, { headers: { a: ['1'] }, trailers: {} });
  assert.equal(await writePayload(response, 'json', types), '{"headers":{"a":["1"]},"trailers":{}}');
  const frame = Buffer.from(toBinary(ResponseSchema, response)).toString('base64');
  assert.equal(await writePayload(response, 'frame', types), JSON.stringify({ v: 2, frame }));
});
