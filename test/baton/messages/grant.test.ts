import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { buildGrant, entitlementStub, toGrant } from '../../../src/baton/messages/grant.ts';
import { buildResource } from '../../../src/baton/messages/resource.ts';

const bookType = create(ResourceTypeSchema, { id: 'book', displayName: 'Book' });
const dune = buildResource({ type: bookType, id: 'b:1', displayName: 'Dune', description: 'A long story' });

test('a grant’s id is the entitlement’s id, the principal’s type and the principal, joined by colons', () => {
  const grant = buildGrant(entitlementStub(dune, 'lent'), 'reader', 'r:1');
  assert.equal(grant.id, 'book:b:1:lent:reader:r:1');
  assert.deepEqual([grant.principal?.id?.resourceType, grant.principal?.id?.resource], ['reader', 'r:1']);
});

test('a grant carries of its entitlement the id and the resource with its name, and no more', () => {
  const { entitlement } = buildGrant(entitlementStub(dune, 'lent'), 'reader', 'r1');
  assert.equal(entitlement?.id, 'book:b:1:lent');
  assert.deepEqual(entitlement?.resource?.id, dune.id);
  assert.equal(entitlement?.resource?.displayName, 'Dune');
  assert.equal(entitlement?.resource?.description, '');
  assert.deepEqual([entitlement?.slug, entitlement?.grantableTo], ['', []]);
});

test('grants of one entitlement share one stub', () => {
  const stub = entitlementStub(dune, 'lent');
  assert.equal(buildGrant(stub, 'reader', 'r1').entitlement, buildGrant(stub, 'reader', 'r2').entitlement);
});

test('a grant is the message that create() makes', () => {
  const stub = entitlementStub(dune, 'lent');
  const init = {
    entitlement: stub,
    principal: { id: { resourceType: 'reader', resource: 'r1' } },
    id: 'book:b:1:lent:reader:r1',
  };
  assert.deepStrictEqual(buildGrant(stub, 'reader', 'r1'), create(GrantSchema, init));
});

test('a plain grant becomes a message, and a message stays what it is', () => {
  const stub = entitlementStub(dune, 'lent');
  const grant = buildGrant(stub, 'reader', 'r1');
  assert.deepEqual(toGrant({ entitlement: stub, principalType: 'reader', principal: 'r1' }), grant);
  assert.equal(toGrant(grant), grant);
});
