// A small connector for tests: a library whose readers borrow books. Written as any connector author would write one.
import { create } from '@bufbuild/protobuf';
import { z } from 'zod';
import { GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { SkipEntitlementsAndGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { ResourceType_Trait, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { type Connector, listing, type ResourceRequest, singlePage } from '../../src/baton/author/connector.ts';
import { buildAssignmentEntitlement } from '../../src/baton/messages/entitlement.ts';
import { buildGrant, entitlementStub } from '../../src/baton/messages/grant.ts';
import { annotation, buildResource, buildUserResource, packAnnotations } from '../../src/baton/messages/resource.ts';

export const readerType = create(ResourceTypeSchema, {
  id: 'reader',
  displayName: 'Reader',
  traits: [ResourceType_Trait.USER],
  annotations: packAnnotations([annotation(SkipEntitlementsAndGrantsSchema, create(SkipEntitlementsAndGrantsSchema))]),
});

export const bookType = create(ResourceTypeSchema, { id: 'book', displayName: 'Book' });

export interface LibraryOptions {
  readonly readers?: number;
  readonly books?: number;
  /** Readers of each book, beginning with the first. */
  readonly readersOfBook?: number;
  /** Items of a page that the library answers, whatever it is asked for. */
  readonly sourcePageSize?: number;
  readonly titleOf?: (book: number) => string;
}

/** A connector over made-up readers and books, and a count of the pages that were read from the library. */
export function createLibrary(options: LibraryOptions = {}): { connector: Connector; reads: string[] } {
  const {
    readers = 3,
    books = 2,
    readersOfBook = 2,
    sourcePageSize = 10,
    titleOf = (book) => `Book ${book}`,
  } = options;
  const reads: string[] = [];
  const offsetToken = z.strictObject({ offset: z.int().min(1) });
  const slice = (what: string, total: number, token: { offset: number } | undefined) => {
    const offset = token?.offset ?? 0;
    reads.push(`${what} ${offset}`);
    const end = Math.min(total, offset + sourcePageSize);
    return {
      numbers: Array.from({ length: Math.max(0, end - offset) }, (_, index) => offset + index),
      next: end < total ? { offset: end } : undefined,
    };
  };
  const connector: Connector = {
    metadata: { displayName: 'Library' },
    resourceTypes: [
      {
        type: readerType,
        list: listing(offsetToken, async (_request, token) => {
          const { numbers, next } = slice('readers', readers, token);
          const items = numbers.map((number) =>
            buildUserResource({
              type: readerType,
              id: `r${number}`,
              displayName: `Reader ${number}`,
              enabled: true,
              email: `r${number}@library.test`,
              login: `r${number}`,
              profile: { shelf: 'b', age: number },
            }),
          );
          return { items, next };
        }),
      },
      {
        type: bookType,
        list: listing(offsetToken, async (_request, token) => {
          const { numbers, next } = slice('books', books, token);
          const items = numbers.map((number) =>
            buildResource({ type: bookType, id: `b${number}`, displayName: titleOf(number) }),
          );
          return { items, next };
        }),
        get: async ({ id }) =>
          Number(id.resource.slice(1)) < books
            ? buildResource({ type: bookType, id: id.resource, displayName: titleOf(Number(id.resource.slice(1))) })
            : undefined,
        entitlements: singlePage(async ({ resource }) => [
          buildAssignmentEntitlement({
            resource,
            slug: 'borrowed',
            displayName: `${resource.displayName} borrowed`,
            description: '',
            grantableTo: [readerType],
          }),
        ]),
        grants: listing(offsetToken, async ({ resource }, token) => {
          const { numbers, next } = slice(`grants of ${resource.id?.resource}`, readersOfBook, token);
          const stub = entitlementStub(resource, 'borrowed');
          return { items: numbers.map((number) => buildGrant(stub, 'reader', `r${number}`)), next };
        }),
      },
    ],
  };
  return { connector, reads };
}

/** A library whose books form a series: only the first one has readers, and who borrows a book gets the next one too. */
export function createSeries(options: LibraryOptions = {}): Connector {
  const { connector } = createLibrary(options);
  const resourceTypes = connector.resourceTypes.map((syncer) => ({
    ...syncer,
    ...(syncer.grants && {
      grants: singlePage(async ({ resource }: ResourceRequest) => {
        const stub = entitlementStub(resource, 'borrowed');
        const number = Number(resource.id?.resource.slice(1));
        if (number === 0) return [buildGrant(stub, 'reader', 'r0'), buildGrant(stub, 'reader', 'r1')];
        const entitlementIds = [`book:b${number - 1}:borrowed`];
        const expandable = annotation(GrantExpandableSchema, create(GrantExpandableSchema, { entitlementIds }));
        return [{ ...buildGrant(stub, 'book', `b${number - 1}`), annotations: packAnnotations([expandable]) }];
      }),
    }),
  }));
  return { ...connector, resourceTypes };
}
