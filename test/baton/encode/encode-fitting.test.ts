import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import {
  type Resource,
  ResourceSchema,
  ResourcesServiceListResourcesResponseSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import { encodeFitting, putMessages } from '../../../src/baton/encode/encode-fitting.ts';

const put = putMessages<Resource>(ResourcesServiceListResourcesResponseSchema);
const resources = (lengths: readonly number[]) =>
  lengths.map((length) => create(ResourceSchema, { displayName: 'x'.repeat(length) }));
const encode = (list: readonly Resource[]) =>
  Buffer.from(
    toBinary(
      ResourcesServiceListResourcesResponseSchema,
      create(ResourcesServiceListResourcesResponseSchema, { list: [...list] }),
    ),
  );

test('as many items as fit are encoded, and at least one', () => {
  const lengths = fc.array(fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(127, 128, 5000)), { maxLength: 300 });
  fc.assert(
    fc.property(lengths, fc.nat({ max: 6000 }), (lengths, bytesMax) => {
      const list = resources(lengths);
      const { count, bytes } = encodeFitting(list, bytesMax, put);
      assert.deepEqual(Buffer.from(bytes), encode(list.slice(0, count)));
      assert.ok(bytes.length <= bytesMax || count === 1, `${count} items are ${bytes.length} bytes`);
      assert.ok(count === list.length || encode(list.slice(0, count + 1)).length > bytesMax, 'another one would fit');
    }),
    { numRuns: 500 },
  );
});

test('items that fit to the byte are all answered', () => {
  const list = resources([10, 20, 30]);
  const all = encode(list).length;
  assert.deepEqual(
    [all, all - 1].map((bytesMax) => encodeFitting(list, bytesMax, put).count),
    [3, 2],
  );
});

test('of a long list no more is encoded than about what fits', () => {
  let encoded = 0;
  const list = resources(Array.from({ length: 1000 }, () => 100));
  encodeFitting(list, 300, (items, target) => {
    encoded += items.length;
    put(items, target);
  });
  assert.ok(encoded <= 100, `${encoded} items were encoded`);
});
