import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { Code, codeName } from '../../../src/baton/author/code.ts';
import { ServiceError } from '../../../src/baton/author/service-error.ts';
import { unexpectedError } from '../../../src/baton/author/unexpected-error.ts';
import { describeCallFailure } from '../../../src/baton/sync/call-failure.ts';
import { action } from '../../../src/baton/sync/plan/sync-action.ts';

const grants = action('list-grants', { resourceTypeId: 'book', resourceId: 'b1' });

test('the failure of a connector in this process keeps its code, reason and advice', () => {
  const error = new ServiceError(Code.PermissionDenied, 'no access to loans. Ask the librarian', { reason: 'denied' });
  const described = describeCallFailure(error, grants);
  assert.ok(described instanceof ServiceError);
  assert.deepEqual([described.code, described.reason, described.cause], [Code.PermissionDenied, 'denied', error]);
  assert.equal(
    described.rawMessage,
    'ListGrants of book b1 failed with PERMISSION_DENIED: no access to loans. Ask the librarian',
  );
});

for (const [code, expected] of [
  [Code.Unavailable, 'Sync again later, or allow more time for retries (--sync-retry-timeout)'],
  [Code.DeadlineExceeded, 'Sync again later, or allow more time for retries (--sync-retry-timeout)'],
  [Code.ResourceExhausted, 'A response may be too large: the connector must return smaller pages'],
  [Code.Unimplemented, 'The connector must implement this call for every resource type that it lists'],
  [Code.NotFound, 'The connector must not list what it does not know'],
  [Code.Internal, 'Look into the log of the connector'],
  [Code.Unknown, 'Look into the log of the connector'],
] as const) {
  test(`the failure ${codeName(code)} of a connector elsewhere comes with advice`, () => {
    const described = describeCallFailure(new ConnectError('so it is.', code), grants);
    assert.ok(described instanceof ServiceError);
    assert.equal(described.reason, 'call_failed');
    assert.equal(described.rawMessage, `ListGrants of book b1 failed with ${codeName(code)}: so it is. ${expected}`);
  });
}

test('details survive', () => {
  const value = create(RateLimitDescriptionSchema, { limit: 7n });
  const error = new ConnectError('slowly', Code.Unavailable, undefined, [{ desc: RateLimitDescriptionSchema, value }]);
  const described = describeCallFailure(error, grants);
  assert.ok(described instanceof ConnectError);
  assert.deepEqual(described.findDetails(RateLimitDescriptionSchema), [value]);
});

test('errors without a code, and unexpected ones, stay as they are', () => {
  for (const error of [new Error('bug'), unexpectedError(new Error('bug'))]) {
    assert.equal(describeCallFailure(error, grants), error);
  }
});
