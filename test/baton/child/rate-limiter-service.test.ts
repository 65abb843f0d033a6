import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import {
  RateLimitDescription_Status,
  RateLimiterConfigSchema,
  RateLimiterService,
} from '#gen/c1/ratelimit/v1/ratelimit_pb.js';
import { createRateLimiterService, requestsLimits } from '../../../src/baton/child/rate-limiter-service.ts';
import { startTestServer } from '../server/test-server.ts';

const descriptors = { entries: [{ key: 'connector_method', value: '/c1.connector.v2.GrantsService/ListGrants' }] };

test('every call is let through at once, and its token comes back', async (t) => {
  const { transport } = await startTestServer(t, [createRateLimiterService()]);
  const client = createClient(RateLimiterService, transport);
  const answer = await client.do({ requestToken: 'token', service: 'connector', descriptors });
  assert.equal(answer.requestToken, 'token');
  assert.equal(answer.description?.status, RateLimitDescription_Status.EMPTY);
  await client.report({ requestToken: 'token', service: 'connector', descriptors });
});

const config = (type: unknown) => create(RateLimiterConfigSchema, { type } as never);

test('no limiter, or a disabled one, requests no limits', () => {
  assert.equal(requestsLimits(undefined), false);
  assert.equal(requestsLimits(config({ case: 'disabled', value: {} })), false);
});

test('in-memory limiters request limits', () => {
  assert.equal(requestsLimits(config({ case: 'slidingMem', value: { usePercent: 0.5 } })), true);
  assert.equal(requestsLimits(config({ case: 'fixedMem', value: { rate: 10n } })), true);
});

test('limiters that no connector starts with are refused', () => {
  assert.throws(
    () => requestsLimits(config({ case: 'external', value: { address: 'limits.test' } })),
    /external rate limiters are not implemented/,
  );
  assert.throws(() => requestsLimits(config({ case: undefined })), /has no type/);
});
