import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { type Entitlement, EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import {
  type Grant,
  GrantSchema,
  GrantSourcesSchema,
  GrantsServiceListGrantsResponseSchema,
} from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceIdSchema, ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { encodeMessage } from '../../../src/baton/encode/encode-message.ts';
import { GrowingBuffer } from '../../../src/baton/encode/growing-buffer.ts';
import { encodePlainGrant, putGrants } from '../../../src/baton/messages/encode-grants.ts';
import { grantId, type ListedGrant, toGrant } from '../../../src/baton/messages/grant.ts';
import { packAnnotations } from '../../../src/baton/messages/resource.ts';

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

const grant = fc
  .tuple(entitlement, resource, text, fc.integer({ min: 0, max: 19 }))
  .map(([of, principal, own, kind]) => {
    const { resourceType = '', resource: principalId = '' } = principal.id ?? {};
    const id = kind > 9 ? grantId(of, resourceType, principalId) : own;
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

const plainGrant = fc.record({ entitlement, principalType: text, principal: text });

describe('encodePlainGrant, compared with protobuf-es', () => {
  it('gives the same bytes', () => {
    fc.assert(
      fc.property(plainGrant, (plain) => {
        assert.deepEqual(Buffer.from(encodePlainGrant(plain)), Buffer.from(encodeMessage(GrantSchema, toGrant(plain))));
      }),
      { numRuns: 5000 },
    );
  });

  it('gives the same bytes for grants that share an entitlement', () => {
    fc.assert(
      fc.property(entitlement, fc.array(resourceId), (of, principals) => {
        for (const { resourceType, resource: principal } of principals) {
          const plain = { entitlement: of, principalType: resourceType, principal };
          assert.deepEqual(Buffer.from(encodePlainGrant(plain)), Buffer.from(toBinary(GrantSchema, toGrant(plain))));
        }
      }),
    );
  });

  it('sorts the attributes of profiles, as encodeMessage does', () => {
    const of = create(ResourceSchema, { id: { resourceType: 'course', resource: 'c' }, profile: { b: 1, a: 2 } });
    const plain = {
      entitlement: create(EntitlementSchema, { id: 'e', resource: of }),
      principalType: 'user',
      principal: 'u',
    };
    const bytes = Buffer.from(encodePlainGrant(plain));
    assert.deepEqual(bytes, Buffer.from(encodeMessage(GrantSchema, toGrant(plain))));
    assert.notDeepEqual(bytes, Buffer.from(toBinary(GrantSchema, toGrant(plain))));
  });
});

/** The bytes that `putGrants` appends. */
function put(grants: readonly ListedGrant[]) {
  const target = new GrowingBuffer();
  putGrants(grants, target);
  return Buffer.from(target.bytes.subarray(0, target.length));
}

const toBytes = (list: Grant[]) =>
  Buffer.from(
    encodeMessage(GrantsServiceListGrantsResponseSchema, create(GrantsServiceListGrantsResponseSchema, { list })),
  );

describe('putGrants, compared with protobuf-es', () => {
  it('gives the same bytes for messages', () => {
    fc.assert(
      fc.property(fc.array(grant), (list) => {
        assert.deepEqual(put(list), toBytes(list));
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same bytes for plain grants, and for messages among them', () => {
    const holder = fc.tuple(fc.nat({ max: 2 }), fc.constantFrom('user', 'indice', '指'), text, fc.boolean());
    fc.assert(
      fc.property(fc.array(entitlement, { minLength: 3, maxLength: 3 }), fc.array(holder), (of, holders) => {
        const grants = holders.map(([index, principalType, principal, isMessage]): ListedGrant => {
          const plain = { entitlement: of[index] as Entitlement, principalType, principal };
          return isMessage ? toGrant(plain) : plain;
        });
        assert.deepEqual(put(grants), toBytes(grants.map(toGrant)));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the same bytes for more entitlements and lengths of ids than are remembered', () => {
    const stubs = Array.from({ length: 40 }, (_, index) => create(EntitlementSchema, { id: `e${index}` }));
    const grants = Array.from({ length: 400 }, (_, index) => ({
      entitlement: stubs[(index * 7) % 40] as Entitlement,
      principalType: 'user',
      principal: 'u'.repeat(index % 9),
    }));
    assert.deepEqual(put(grants), toBytes(grants.map(toGrant)));
  });

  it('leaves what was there before', () => {
    const target = new GrowingBuffer();
    target.put(Buffer.from('before'));
    putGrants([{ entitlement: create(EntitlementSchema, { id: 'e' }), principalType: 'user', principal: 'é' }], target);
    assert.equal(target.bytes.toString('utf8', 0, 6), 'before');
    assert.equal(
      fromBinary(GrantsServiceListGrantsResponseSchema, target.bytes.subarray(6, target.length)).list[0]?.id,
      'e:user:é',
    );
  });
});
