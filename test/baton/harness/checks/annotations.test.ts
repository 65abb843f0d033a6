import { create } from '@bufbuild/protobuf';
import { type Any, AnySchema, anyPack } from '@bufbuild/protobuf/wkt';
import { BatonIDSchema } from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { AliasesSchema } from '#gen/c1/connector/v2/annotation_id_alias_pb.js';
import { EnqueuePageTokensSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { type Grant, GrantSchema, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { singlePage } from '../../../../src/baton/author/connector.ts';
import { testFault } from '../judge-connector.ts';
import { changeService } from '../plant-fault.ts';
import {
  books,
  bookType,
  borrowed,
  createFullServices,
  grantsOfBook,
  pagesOf,
  reserved,
  withSyncer,
} from '../sound-connector.ts';

const batonId = anyPack(BatonIDSchema, create(BatonIDSchema));
const unreadable = create(AnySchema, {
  typeUrl: 'type.googleapis.com/c1.connector.v2.ExternalLink',
  value: Buffer.from([0x0a, 0xff]),
});

const onBooks = (any: Any) => () =>
  createFullServices(
    withSyncer({
      type: bookType,
      list: pagesOf(() =>
        books.map((book) => create(ResourceSchema, { ...book, annotations: [...book.annotations, any] })),
      ),
    }),
  );
const onGrants =
  (...annotations: Any[]) =>
  () =>
    createFullServices(
      withSyncer({
        type: bookType,
        grants: pagesOf(({ resource }) =>
          grantsOfBook(resource).map((grant): Grant => create(GrantSchema, { ...grant, annotations })),
        ),
      }),
    );

testFault(
  'no-baton-id: on a resource',
  { 'no-baton-id': /^book b0, returned by ListResources of book,/ },
  onBooks(batonId),
);
testFault(
  'no-baton-id: on a grant',
  { 'no-baton-id': /^the grant "book:b0:borrowed:reader:r0", returned by ListGrants of book b0, has BatonID/ },
  onGrants(batonId),
);
testFault('no-baton-id: on an entitlement', { 'no-baton-id': /^the entitlement "book:b0:borrowed"/ }, () =>
  createFullServices(
    withSyncer({
      type: bookType,
      entitlements: singlePage(async ({ resource }) => [
        create(EntitlementSchema, { ...borrowed(resource), annotations: [batonId] }),
      ]),
    }),
  ),
);
testFault('no-baton-id: on a template', { 'no-baton-id': /^the template "reserved"/ }, () =>
  createFullServices(
    withSyncer({
      type: bookType,
      staticEntitlements: singlePage(async () => [create(EntitlementSchema, { ...reserved, annotations: [batonId] })]),
    }),
  ),
);

testFault(
  'annotations-valid: bytes that are no such message',
  { 'annotations-valid': /book b0.* has \S+ExternalLink with malformed bytes/ },
  onBooks(unreadable),
);
testFault(
  'annotations-valid: an alias that is empty',
  { 'annotations-valid': /has \S+Aliases with ids\[0\]: / },
  onBooks(anyPack(AliasesSchema, create(AliasesSchema, { ids: [''] }))),
);
testFault(
  'annotations-valid: a grant that is to be expanded from nothing',
  { 'annotations-valid': /has \S+GrantExpandable with entitlement_ids: / },
  onGrants(anyPack(GrantExpandableSchema, create(GrantExpandableSchema))),
);
testFault(
  'annotations-valid: what the protocol does not have is nobody’s business',
  {},
  onBooks(create(AnySchema, { typeUrl: 'type.googleapis.com/library.Shelf', value: Buffer.from([0xff]) })),
);

/** The clubs' grants come with these further page tokens, which lead to nothing more. */
const enqueueing =
  (...annotations: string[][]) =>
  () =>
    changeService(createFullServices(), GrantsService, ({ listGrants }) => ({
      listGrants: async (request, context) => {
        if (request.resource?.id?.resourceType !== 'club') {
          return await listGrants(request, context);
        }
        if (request.pageToken === 'more') {
          return {};
        }
        return {
          ...(await listGrants(request, context)),
          annotations: annotations.map((pageTokens) =>
            anyPack(EnqueuePageTokensSchema, create(EnqueuePageTokensSchema, { pageTokens })),
          ),
        };
      },
    }));

testFault('enqueued-page-tokens: one that leads to nothing more', {}, enqueueing(['more']));
testFault(
  'enqueued-page-tokens: a token twice',
  { 'enqueued-page-tokens': /ListGrants of the type club returned EnqueuePageTokens with a duplicate token/ },
  enqueueing(['more', 'more']),
);
testFault(
  'enqueued-page-tokens: the annotation twice',
  { 'enqueued-page-tokens': /a duplicate annotation/ },
  enqueueing(['more'], ['more']),
);
testFault('enqueued-page-tokens: more tokens than 1024', { 'enqueued-page-tokens': /page_tokens: / }, () => {
  const services = enqueueing(Array.from({ length: 1025 }, (_, index) => `more ${index}`))();
  return changeService(services, GrantsService, ({ listGrants }) => ({
    listGrants: async (request, context) =>
      request.pageToken.startsWith('more ') ? {} : await listGrants(request, context),
  }));
});
