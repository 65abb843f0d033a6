import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import {
  GrantSchema,
  GrantSourcesSchema,
  GrantsServiceListGrantsResponseSchema,
} from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceIdSchema, ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { packAnnotations } from '../../../src/baton/build/resource.ts';
import { encodeGrant, encodeListGrantsResponse } from '../../../src/baton/encode/encode-grant.ts';
import { encodeMessage } from '../../../src/baton/encode/encode-message.ts';

const annotations = packAnnotations([
  { desc: RateLimitDescriptionSchema, value: create(RateLimitDescriptionSchema, { limit: 5n }) },
]);
const unknown = [{ no: 99, wireType: 2, data: new Uint8Array([1, 7]) }];

// Lengths around those where a length takes one more byte, in characters of one to four bytes.
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '0', '-', 'é', '指', '😀'), maxLength: 12 }),
  fc
    .tuple(fc.constantFrom('x', 'é', '😀'), fc.constantFrom(31, 32, 42, 63, 64, 119, 127, 128, 8191, 16384))
    .map(([character, count]) => character.repeat(count)),
);
const resourceId = fc.record({ resourceType: text, resource: text });

/** What a resource may tell beside its id, each at a time. */
const more: readonly MessageInitShape<typeof ResourceSchema>[] = [
  { displayName: 'Ada' },
  { description: 'd' },
  { parentResourceId: { resourceType: 'team', resource: 't' } },
  { annotations },
  { batonResource: true },
  { externalId: { id: 'e' } },
  { creationSource: 1 },
  { profile: { a: { c: 2, d: 1 }, b: 1 } },
  { icon: { id: 'i' } },
  { status: { status: 1 } },
  { createdAt: { seconds: 1n } },
];
const resource = fc.oneof(
  { weight: 3, arbitrary: resourceId.map((id) => create(ResourceSchema, { id })) },
  fc
    .tuple(resourceId, fc.constantFrom(...more))
    .map(([id, rest]) => Object.assign(create(ResourceSchema, rest), { id: create(ResourceIdSchema, id) })),
  resourceId.map((id) => create(ResourceSchema, { id: { ...id, batonResource: true } })),
  fc.constant(create(ResourceSchema)),
);
const entitlement = fc
  .tuple(resource, text, fc.boolean())
  .map(([of, id, isNamed]) => create(EntitlementSchema, { resource: of, id, ...(isNamed && { displayName: 'n' }) }));

const grant = fc.tuple(entitlement, resource, text, fc.integer({ min: 0, max: 9 })).map(([of, principal, id, kind]) => {
  const message = create(GrantSchema, { entitlement: of, principal, id });
  if (kind === 0) message.annotations.push(...annotations);
  if (kind === 1) message.sources = create(GrantSourcesSchema, { sources: { s: {} } });
  if (kind === 2) message.$unknown = unknown;
  if (kind === 3) principal.$unknown = unknown;
  if (kind === 4 && principal.id) principal.id.$unknown = unknown;
  if (kind === 5) delete (message as { entitlement?: unknown }).entitlement;
  if (kind === 6) delete (message as { principal?: unknown }).principal;
  return message;
});

describe('encodeGrant, beside protobuf-es', () => {
  it('gives the same bytes', () => {
    fc.assert(
      fc.property(grant, (message) => {
        assert.deepEqual(Buffer.from(encodeGrant(message)), Buffer.from(encodeMessage(GrantSchema, message)));
      }),
      { numRuns: 3000 },
    );
  });

  it('gives the same bytes for grants that share an entitlement', () => {
    fc.assert(
      fc.property(entitlement, fc.array(fc.tuple(resource, text)), (of, holders) => {
        for (const [principal, id] of holders) {
          const message = create(GrantSchema, { entitlement: of, principal, id });
          assert.deepEqual(Buffer.from(encodeGrant(message)), Buffer.from(toBinary(GrantSchema, message)));
        }
      }),
    );
  });

  it('sorts the attributes of profiles, as encodeMessage does', () => {
    const principal = create(ResourceSchema, { id: { resourceType: 'user', resource: 'u' }, profile: { b: 1, a: 2 } });
    const message = create(GrantSchema, { entitlement: { id: 'e', resource: principal }, principal, id: 'g' });
    assert.deepEqual(Buffer.from(encodeGrant(message)), Buffer.from(encodeMessage(GrantSchema, message)));
  });

  it('knows all fields that there are', () => {
    // A field that is added to one of these must be looked at where a grant is taken for a plain one.
    assert.deepEqual(
      [GrantSchema, ResourceSchema, ResourceIdSchema].map(({ fields }) => fields.length),
      [5, 12, 3],
    );
  });
});

describe('encodeListGrantsResponse, beside protobuf-es', () => {
  it('gives the same bytes', () => {
    fc.assert(
      fc.property(fc.array(grant), text, fc.boolean(), (list, nextPageToken, isLimited) => {
        const init = { list, nextPageToken, annotations: isLimited ? annotations : [] };
        const message = create(GrantsServiceListGrantsResponseSchema, init);
        const bytes = encodeListGrantsResponse(message);
        assert.deepEqual(bytes, Buffer.from(toBinary(GrantsServiceListGrantsResponseSchema, message)));
        assert.deepEqual(fromBinary(GrantsServiceListGrantsResponseSchema, bytes).list.length, list.length);
      }),
      { numRuns: 500 },
    );
  });

  it('gives bytes of its own, which later calls leave alone', () => {
    const page = (id: string) => create(GrantsServiceListGrantsResponseSchema, { list: [{ id }] });
    const first = encodeListGrantsResponse(page('a'));
    const copy = Buffer.from(first);
    encodeListGrantsResponse(page('b'));
    assert.deepEqual(first, copy);
  });
});
