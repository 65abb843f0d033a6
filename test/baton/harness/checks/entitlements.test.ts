import { create } from '@bufbuild/protobuf';
import { type Entitlement, EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { type Resource, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { singlePage } from '../../../../src/baton/author/connector.ts';
import { buildResource } from '../../../../src/baton/messages/resource.ts';
import { testFault } from '../judge-connector.ts';
import { bookType, borrowed, createFullServices, readerType, reserved, withSyncer } from '../sound-connector.ts';

/** With these entitlements of a book beside its own. */
const withMore = (more: (book: Resource) => readonly Entitlement[]) => () =>
  createFullServices(
    withSyncer({
      type: bookType,
      entitlements: singlePage(async ({ resource }) => [borrowed(resource), ...more(resource)]),
    }),
  );

const entitlement = (resource: Resource, change: Partial<Entitlement>) =>
  create(EntitlementSchema, { ...borrowed(resource), id: `book:${resource.id?.resource}:read`, ...change });

const withTemplates =
  (...templates: Entitlement[]) =>
  () =>
    createFullServices(withSyncer({ type: bookType, staticEntitlements: singlePage(async () => templates) }));

testFault(
  'entitlements-valid: a name that is too long',
  { 'entitlements-valid': /ListEntitlements of book b0 returned "book:b0:read" with display_name: / },
  withMore((book) => [entitlement(book, { displayName: 'x'.repeat(1025) })]),
);
testFault(
  'entitlements-valid: no id',
  { 'entitlements-valid': /returned "" with id: / },
  withMore((book) => [entitlement(book, { id: '' })]),
);
testFault(
  'entitlements-valid: no resource',
  { 'entitlements-valid': /with resource: / },
  withMore(({ id }) => [create(EntitlementSchema, { id: `book:${id?.resource}:read` })]),
);
testFault(
  'entitlements-valid: a resource without an id',
  { 'entitlements-valid': /with resource\.id: is not set/ },
  withMore(({ id }) => [create(EntitlementSchema, { id: `book:${id?.resource}:read`, resource: {} })]),
);

testFault(
  'entitlement-ids-unique: an entitlement of each book',
  {
    'entitlement-ids-unique': /ListEntitlements of book b1 returned "book:any:read", which was returned before\n/,
  },
  withMore((book) => [entitlement(book, { id: 'book:any:read' })]),
);

testFault(
  'entitlement-resources-resolve: on a book that is not listed',
  { 'entitlement-resources-resolve': /"book:b0:read" on book ghost, which ListResources does not return/ },
  withMore((book) => [
    entitlement(book, { resource: buildResource({ type: bookType, id: 'ghost', displayName: 'Ghost' }) }),
  ]),
);

const ghostType = create(ResourceTypeSchema, { id: 'ghost' });

testFault(
  'grantable-types-exist: to a type that is not listed',
  { 'grantable-types-exist': /"book:b0:read", grantable to "ghost"/ },
  withMore((book) => [entitlement(book, { grantableTo: [readerType, ghostType] })]),
);
testFault(
  'grantable-types-exist: a template to a type that is not listed',
  { 'grantable-types-exist': /the template "reserved", grantable to "ghost"/ },
  withTemplates(create(EntitlementSchema, { ...reserved, grantableTo: [ghostType] })),
);

testFault(
  'static-entitlements-valid: without a slug',
  { 'static-entitlements-valid': /the template "" with slug: is empty/ },
  withTemplates(reserved, create(EntitlementSchema, { displayName: 'Lent' })),
);
testFault(
  'static-entitlements-valid: a slug twice',
  { 'static-entitlements-valid': /the template "reserved" with slug: was returned before/ },
  withTemplates(reserved, reserved),
);
testFault(
  'static-entitlements-valid: a description that is too long',
  { 'static-entitlements-valid': /the template "lent" with description: / },
  withTemplates(reserved, create(EntitlementSchema, { slug: 'lent', description: 'x'.repeat(2049) })),
);
