import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type JsonObject } from '@bufbuild/protobuf';
import { type Any, AnySchema, anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import pino from 'pino';
import {
  EntitlementsService,
  EntitlementsServiceListEntitlementsRequestSchema,
  EntitlementsServiceListEntitlementsResponseSchema,
} from '#gen/c1/connector/v2/entitlement_pb.js';
import { RequestSchema } from '#gen/c1/transport/v1/transport_pb.js';
import { StatusSchema } from '#gen/google/rpc/status_pb.js';
import { ServiceError } from '../../../../src/baton/author/service-error.ts';
import { createCallTarget, dispatch } from '../../../../src/baton/lambda/invocations/dispatch.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';

const path = '/c1.connector.v2.EntitlementsService/ListEntitlements';
const input = EntitlementsServiceListEntitlementsRequestSchema;
const packed = anyPack(input, create(input, { pageToken: 'next', pageSize: 99_999 }));

interface CallOptions {
  readonly method?: string;
  readonly req?: Any | undefined;
  readonly headers?: JsonObject;
  readonly timeoutMs?: number;
  readonly authenticate?: (headers: Headers) => Promise<void>;
}

/** Calls a service that answers with the request, or in a way that its page token names. */
async function call({ method = path, req, headers = {}, timeoutMs = 60_000, authenticate }: CallOptions) {
  const target = createCallTarget(
    [
      serviceEntry(EntitlementsService, {
        listEntitlements: async ({ pageToken, pageSize }, context) => {
          if (pageToken === 'refuse')
            throw new ServiceError(Code.NotFound, 'not here', { reason: 'resource_not_found' });
          if (pageToken === 'break') throw new Error('a secret detail');
          if (pageToken === 'wait') await new Promise((_, reject) => context.signal.addEventListener('abort', reject));
          return { nextPageToken: `${pageToken}/${pageSize}/${context.requestHeader.get('x-request-id')}` };
        },
      }),
    ],
    { logger: pino({ level: 'silent' }) },
  );
  const request = create(RequestSchema, { method, headers, ...(req && { req }) });
  const response = await dispatch(target, { request, timeoutMs, authenticate: authenticate ?? (async () => {}) });
  const status = response.status && anyUnpack(response.status, StatusSchema);
  assert.ok(status);
  return { response, code: status.code, message: status.message };
}

const withToken = (pageToken: string) => anyPack(input, create(input, { pageToken }));

test('a response has the message, the status OK and empty metadata', async () => {
  const { response, code, message } = await call({ req: packed, headers: { 'x-request-id': ['r1', 'r2'] } });
  assert.deepEqual([code, message, response.headers, response.trailers], [0, 'OK', {}, {}]);
  const answer = response.resp && anyUnpack(response.resp, EntitlementsServiceListEntitlementsResponseSchema);
  // A page size beyond the rules of the protocol is served, as in Go.
  assert.equal(answer?.nextPageToken, 'next/99999/r1, r2');
});

test('metadata that is not a list of texts is ignored', async () => {
  const headers = { 'x-request-id': 'text', other: [1, '', 'x'], 'bad name': ['x'], broken: ['a\nb'] };
  assert.equal((await call({ req: packed, headers })).code, 0);
});

test('a failure has a status alone', async () => {
  const failures: readonly (readonly [CallOptions, Code, RegExp])[] = [
    [{ method: 'nonsense' }, Code.Unimplemented, /^malformed method name: "nonsense"$/],
    [{ method: '/no.such.Service/X' }, Code.Unimplemented, /^unknown service no\.such\.Service$/],
    [{ method: `${path}X` }, Code.Unimplemented, /^unknown method ListEntitlementsX for service /],
    [{ req: packed, headers: { 'grpc-timeout': ['soon'] } }, Code.Internal, /^malformed grpc-timeout: "soon"$/],
    [{}, Code.Internal, /^cannot decode the request as /],
    [{ req: create(AnySchema, { ...packed, typeUrl: 'x/other.Type' }) }, Code.Internal, /^cannot decode/],
    [{ req: create(AnySchema, { ...packed, value: Buffer.from('ffffff', 'hex') }) }, Code.Internal, /^cannot decode/],
    [{ req: withToken('refuse') }, Code.NotFound, /^not here$/],
    [{ req: withToken('break') }, Code.Internal, /^Internal Server Error$/],
    [{ req: withToken('wait'), timeoutMs: 20 }, Code.DeadlineExceeded, /deadline/],
    [{ req: withToken('wait'), headers: { 'grpc-timeout': ['20m'] } }, Code.DeadlineExceeded, /deadline/],
  ];
  for (const [options, code, message] of failures) {
    const failure = await call(options);
    assert.equal(failure.code, code, failure.message);
    assert.match(failure.message, message);
    assert.deepEqual([failure.response.resp, failure.response.headers], [undefined, undefined]);
  }
});

test('the caller is checked after the request was read, and before the service is called', async () => {
  const refuse = async () => {
    throw new ServiceError(Code.Unauthenticated, 'who?', { reason: 'unknown_caller' });
  };
  assert.equal((await call({ req: withToken('break'), authenticate: refuse })).code, Code.Unauthenticated);
  assert.equal((await call({ authenticate: refuse })).code, Code.Internal);
  assert.equal((await call({ method: '/a.B/C', authenticate: refuse })).code, Code.Unimplemented);
});
