import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { EnqueuePageTokensSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { Code } from '../../../src/baton/author/service-error.ts';
import { enqueuedTokens } from '../../../src/baton/sync/enqueued-tokens.ts';

const mebibyte = 1024 ** 2;

function page(nextPageToken: string, ...enqueued: string[][]) {
  const annotations = enqueued.map((pageTokens) =>
    anyPack(EnqueuePageTokensSchema, create(EnqueuePageTokensSchema, { pageTokens })),
  );
  return { nextPageToken, annotations };
}
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));
const long = (count: number) => numbers(count).map((number) => number.padStart(mebibyte, 'x'));

for (const [title, response, expected] of [
  ['none', page('next'), []],
  ['some', page('next', ['a', 'b']), ['a', 'b']],
  ['as many as are allowed', page('', numbers(1024)), numbers(1024)],
  ['as long as is allowed', page('', long(16)), long(16)],
] as const) {
  test(`the tokens of a response that enqueues ${title}`, () => {
    assert.deepEqual(enqueuedTokens(response), expected);
  });
}

for (const [title, response, expected] of [
  ['two annotations', page('', ['a'], ['b']), /more than one EnqueuePageTokens/],
  ['too many tokens', page('', numbers(1025)), /1025 page tokens, of at most 1024/],
  ['an empty token', page('', ['a', '']), /an empty page token/],
  ['too long a token', page('', ['é'.repeat(mebibyte / 2 + 1)]), /a page token of 1048578 bytes/],
  ['tokens that are too long together', page('', [...long(16), 'one more']), /page tokens of 16777224 bytes together/],
  ['a token twice', page('', ['a', 'b', 'a']), /the same page token twice/],
  ['its own next page', page('a', ['a']), /the same page token twice/],
] as const) {
  test(`a response with ${title} fails the sync`, () => {
    assert.throws(() => enqueuedTokens(response), { code: Code.Internal, message: expected });
  });
}

test('a malformed annotation fails the sync', () => {
  const { annotations } = page('', ['a']);
  for (const any of annotations) any.value = Uint8Array.of(0xff);
  assert.throws(() => enqueuedTokens({ nextPageToken: '', annotations }), {
    code: Code.Internal,
    message: /a malformed EnqueuePageTokens/,
  });
});
