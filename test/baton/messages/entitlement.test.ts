import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Entitlement_PurposeValue } from '#gen/c1/connector/v2/entitlement_pb.js';
import { ResourceIdSchema, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { buildAssignmentEntitlement, entitlementId } from '../../../src/baton/messages/entitlement.ts';
import { buildResource, descriptionMaxBytes, displayNameMaxBytes } from '../../../src/baton/messages/resource.ts';

const bookType = create(ResourceTypeSchema, { id: 'book', displayName: 'Book' });
const readerType = create(ResourceTypeSchema, { id: 'reader', displayName: 'Reader' });
const dune = buildResource({ type: bookType, id: 'b1', displayName: 'Dune' });

test('an entitlement’s id is type, resource and slug with colons between, and nothing escaped', () => {
  const id = (resource: string) => entitlementId(create(ResourceIdSchema, { resourceType: 'book', resource }), 'lent');
  assert.equal(id('b1'), 'book:b1:lent');
  assert.equal(id('a:b/c d%20é'), 'book:a:b/c d%20é:lent');
});

test('an assignment entitlement has its resource, its names and who can have it', () => {
  const entitlement = buildAssignmentEntitlement({
    resource: dune,
    slug: 'lent',
    displayName: 'Dune lent',
    description: 'Has Dune at home',
    grantableTo: [readerType],
  });
  assert.equal(entitlement.id, 'book:b1:lent');
  assert.equal(entitlement.slug, 'lent');
  assert.equal(entitlement.purpose, Entitlement_PurposeValue.ASSIGNMENT);
  assert.equal(entitlement.resource, dune);
  assert.deepEqual([entitlement.displayName, entitlement.description], ['Dune lent', 'Has Dune at home']);
  assert.deepEqual(entitlement.grantableTo, [readerType]);
  assert.deepEqual(entitlement.annotations, []);
});

test('long names and descriptions are cut to what a request may carry', () => {
  const long = 'é'.repeat(3000);
  const { displayName, description } = buildAssignmentEntitlement({
    resource: dune,
    slug: 'lent',
    displayName: long,
    description: long,
    grantableTo: [],
  });
  assert.deepEqual(
    [Buffer.byteLength(displayName), Buffer.byteLength(description)],
    [displayNameMaxBytes, descriptionMaxBytes],
  );
});
