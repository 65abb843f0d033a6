import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { GrantsServiceListGrantsResponseSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { outlineListResponse } from '../../../bench/grpc/list-response.ts';

function encode(grants: number, nextPageToken: string): Buffer {
  const message = create(GrantsServiceListGrantsResponseSchema, {
    list: Array.from({ length: grants }, (_, index) => ({ id: 'g'.repeat(index * 50) })),
    nextPageToken,
    annotations: [anyPack(RateLimitDescriptionSchema, create(RateLimitDescriptionSchema, { limit: 7n }))],
  });
  return Buffer.from(toBinary(GrantsServiceListGrantsResponseSchema, message));
}

test('items are counted, whatever their size, and the page token is read', () => {
  assert.deepEqual(outlineListResponse(encode(400, 'nächste')), { items: 400, nextPageToken: 'nächste' });
  assert.deepEqual(outlineListResponse(encode(0, '')), { items: 0, nextPageToken: '' });
  assert.deepEqual(outlineListResponse(Buffer.alloc(0)), { items: 0, nextPageToken: '' });
});

test('a truncated response is an error, wherever it ends', () => {
  const whole = encode(2, 'next');
  // Not 2: the first grant takes two bytes, so the response could end right after it.
  const ends = [1, 3, 5, whole.length - 1];
  for (const end of ends) {
    assert.throws(() => outlineListResponse(whole.subarray(0, end)), /truncated/, `cut at ${end}`);
  }
});
