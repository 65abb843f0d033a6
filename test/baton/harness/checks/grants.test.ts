import { create } from '@bufbuild/protobuf';
import { ExternalResourceMatchSchema } from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { GrantExpandableSchema, InsertResourceGrantsSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { type Grant, GrantSchema, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { Annotation } from '../../../../src/baton/author/connector.ts';
import { buildGrant, entitlementStub } from '../../../../src/baton/messages/grant.ts';
import { annotation, buildResource, packAnnotations } from '../../../../src/baton/messages/resource.ts';
import { testFault } from '../judge-connector.ts';
import { changeService } from '../plant-fault.ts';
import { books, bookType, createFullServices, grantsOfBook, pagesOf, withSyncer } from '../sound-connector.ts';

const [book = create(ResourceSchema)] = books;
const ghost = buildResource({ type: bookType, id: 'ghost', displayName: 'Ghost' });
const stub = entitlementStub(book, 'borrowed');
const mark = (desc: Annotation['desc'], value: Record<string, unknown> = {}) =>
  packAnnotations([annotation(desc, create(desc, value))]);

/** With these grants of the first book beside the others. */
const withMore =
  (...more: Grant[]) =>
  () =>
    createFullServices(
      withSyncer({
        type: bookType,
        grants: pagesOf(({ resource }) => [
          ...grantsOfBook(resource),
          ...(resource.id?.resource === book.id?.resource ? more : []),
        ]),
      }),
    );

testFault(
  'grants-valid: no entitlement',
  { 'grants-valid': /ListGrants of book b0 returned "g" with entitlement: / },
  withMore(create(GrantSchema, { id: 'g', principal: { id: { resourceType: 'reader', resource: 'r0' } } })),
);
testFault(
  'grants-valid: no id',
  { 'grants-valid': /returned "" with id: / },
  withMore(create(GrantSchema, { ...buildGrant(stub, 'reader', 'r0'), id: '' })),
);
testFault(
  'grants-valid: a principal without an id',
  { 'grants-valid': /"g" with principal\.id: is not set/ },
  withMore(create(GrantSchema, { id: 'g', entitlement: stub, principal: {} })),
);
testFault(
  'grants-valid: an entitlement whose resource has no id',
  { 'grants-valid': /"g" with entitlement\.resource\.id: is not set/ },
  withMore(
    create(GrantSchema, {
      id: 'g',
      entitlement: { id: 'book:b0:borrowed', resource: {} },
      principal: { id: { resourceType: 'reader', resource: 'r0' } },
    }),
  ),
);

testFault(
  'grant-ids-unique: a grant twice',
  { 'grant-ids-unique': /"book:b0:borrowed:reader:r0", which was returned before/ },
  withMore(buildGrant(stub, 'reader', 'r0')),
);

testFault(
  'grant-entitlements-resolve: of an entitlement that is not listed',
  { 'grant-entitlements-resolve': /"book:b0:unknown:reader:r0" of the entitlement "book:b0:unknown"/ },
  withMore(buildGrant(entitlementStub(book, 'unknown'), 'reader', 'r0')),
);

const onGhost = create(GrantSchema, {
  id: 'g',
  entitlement: { id: 'book:b0:borrowed', resource: ghost },
  principal: { id: { resourceType: 'reader', resource: 'r0' } },
});
testFault(
  'grant-resources-resolve: on a book that is not listed',
  { 'grant-resources-resolve': /"g" on book ghost, which ListResources does not return/ },
  withMore(onGhost),
);
testFault(
  'grant-resources-resolve: one that the grant inserts need not be listed',
  {},
  withMore(create(GrantSchema, { ...onGhost, annotations: mark(InsertResourceGrantsSchema) })),
);
testFault('grant-resources-resolve: one that the answer inserts need not be listed', {}, () =>
  changeService(withMore(onGhost)(), GrantsService, ({ listGrants }) => ({
    listGrants: async (request, context) => ({
      ...(await listGrants(request, context)),
      annotations: mark(InsertResourceGrantsSchema),
    }),
  })),
);

testFault(
  'grant-principals-resolve: to a reader who is not listed',
  { 'grant-principals-resolve': /"book:b0:borrowed:reader:r99" to reader r99, which ListResources does not return/ },
  withMore(buildGrant(stub, 'reader', 'r99')),
);
testFault('grant-principals-resolve: one that an answer inserts need not be listed', {}, () =>
  changeService(
    withMore(onGhost, create(GrantSchema, { ...buildGrant(stub, 'book', 'ghost') }))(),
    GrantsService,
    ({ listGrants }) => ({
      listGrants: async (request, context) => ({
        ...(await listGrants(request, context)),
        annotations: mark(InsertResourceGrantsSchema),
      }),
    }),
  ),
);
testFault(
  'grant-principals-resolve: one who is to be matched need not be listed',
  {},
  withMore(
    create(GrantSchema, {
      ...buildGrant(stub, 'reader', 'r99'),
      annotations: mark(ExternalResourceMatchSchema, { key: 'email', value: 'r99@library.test' }),
    }),
  ),
);

const expandedFrom = (...entitlementIds: string[]) =>
  create(GrantSchema, {
    ...buildGrant(stub, 'club', 'c2'),
    annotations: mark(GrantExpandableSchema, { entitlementIds }),
  });
testFault(
  'expandable-grants-belong: from the members of another club',
  { 'expandable-grants-belong': /"book:b0:borrowed:club:c2" to club c2, expanding from "club:c1:member"/ },
  withMore(expandedFrom('club:c2:member', 'club:c1:member')),
);
testFault(
  'expandable-grants-belong: a source that nobody knows is left out by a sync, too',
  {},
  withMore(expandedFrom('club:c2:member', 'club:c2:guest')),
);
