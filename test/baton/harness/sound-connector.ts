// A small connector that does everything a connector can do, and keeps to the contract: faults are planted into it.
import { clone, create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import { ActionService } from '#gen/c1/connector/v2/action_pb.js';
import { EntitlementExclusionGroupSchema } from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import { GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import {
  ChildResourceTypeSchema,
  SkipEntitlementsAndGrantsSchema,
} from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { GroupTraitSchema } from '#gen/c1/connector/v2/annotation_trait_pb.js';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import {
  EnqueuePageTokensSchema,
  TypeScopedGrantsSchema,
} from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import {
  Capability,
  type ConnectorCapabilities,
  ConnectorMetadataSchema,
  ConnectorService,
  CredentialDetailsSchema,
  CapabilityDetailCredentialOption as CredentialOption,
} from '#gen/c1/connector/v2/connector_pb.js';
import { EntitlementSchema, EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { EventService, EventType } from '#gen/c1/connector/v2/event_feed_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceSchema, ResourceType_Trait, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { TicketsService } from '#gen/c1/connector/v2/ticket_pb.js';
import { type Connector, listing, type ResourceSyncer, singlePage } from '../../../src/baton/author/connector.ts';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { buildAssignmentEntitlement } from '../../../src/baton/messages/entitlement.ts';
import { buildGrant, entitlementStub } from '../../../src/baton/messages/grant.ts';
import { annotation, buildResource, buildUserResource, packAnnotations } from '../../../src/baton/messages/resource.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import type { ServiceEntry } from '../../../src/baton/services/service-entry.ts';
import { changeService } from './plant-fault.ts';

const mark = (desc: Parameters<typeof create>[0]) => annotation(desc, create(desc));

/** Readers, whom a sync asks nothing more about. */
export const readerType = create(ResourceTypeSchema, {
  id: 'reader',
  displayName: 'Reader',
  traits: [ResourceType_Trait.USER],
  annotations: packAnnotations([mark(SkipEntitlementsAndGrantsSchema)]),
});
/** Books, each of which has chapters below it, an entitlement of its own and one of all books. */
export const bookType = create(ResourceTypeSchema, { id: 'book', displayName: 'Book' });
export const chapterType = create(ResourceTypeSchema, { id: 'chapter', displayName: 'Chapter' });
/** Clubs of readers, whose entitlements and grants are listed for all of them together. */
export const clubType = create(ResourceTypeSchema, {
  id: 'club',
  displayName: 'Club',
  traits: [ResourceType_Trait.GROUP],
  annotations: packAnnotations([mark(TypeScopedEntitlementsSchema), mark(TypeScopedGrantsSchema)]),
});

export const readers = numbers(5).map((n) =>
  buildUserResource({
    type: readerType,
    id: `r${n}`,
    displayName: `Reader ${n}`,
    enabled: true,
    email: `r${n}@library.test`,
    login: `r${n}`,
    profile: { shelf: n },
  }),
);
const childMark = annotation(ChildResourceTypeSchema, create(ChildResourceTypeSchema, { resourceTypeId: 'chapter' }));
export const books = numbers(3).map((n) =>
  buildResource({ type: bookType, id: `b${n}`, displayName: `Book ${n}`, annotations: [childMark] }),
);
export const clubs = numbers(3).map((n) =>
  buildResource({ type: clubType, id: `c${n}`, displayName: `Club ${n}`, annotations: [mark(GroupTraitSchema)] }),
);
export const borrowed = (book: (typeof books)[number]) =>
  buildAssignmentEntitlement({
    resource: book,
    slug: 'borrowed',
    displayName: 'Borrowed',
    description: '',
    grantableTo: [readerType, clubType],
  });
export const memberships = clubs.map((club, index) =>
  buildAssignmentEntitlement({
    resource: club,
    slug: 'member',
    displayName: 'Member',
    description: '',
    grantableTo: [readerType],
    annotations: [
      annotation(
        EntitlementExclusionGroupSchema,
        create(EntitlementExclusionGroupSchema, { exclusionGroupId: 'clubs', isDefault: index === 0 }),
      ),
    ],
  }),
);
export const reserved = create(EntitlementSchema, {
  slug: 'reserved',
  displayName: 'Reserved',
  grantableTo: [readerType],
});

/** All grants of a book: to each reader, to the members of a club, and of the template that all books share. */
export function grantsOfBook(book: (typeof books)[number]) {
  const toClub = buildGrant(entitlementStub(book, 'borrowed'), 'club', 'c0');
  const expandable = create(GrantExpandableSchema, { entitlementIds: ['club:c0:member'] });
  return [
    ...readers.map(({ id }) => buildGrant(entitlementStub(book, 'borrowed'), 'reader', id?.resource ?? '')),
    { ...toClub, annotations: [anyPack(GrantExpandableSchema, expandable)] },
    buildGrant(entitlementStub(book, 'reserved'), 'reader', 'r0'),
  ];
}

export const grantsOfClubs = clubs.map((club) => buildGrant(entitlementStub(club, 'member'), 'reader', 'r1'));

/** A listing over what is there already, two items a page. */
export function pagesOf<Item, Request>(itemsFor: (request: Request) => readonly Item[]) {
  return listing<Item, Request, { offset: number }>(
    z.strictObject({ offset: z.int().min(1) }),
    async (request, token) => {
      const items = itemsFor(request);
      const [begin, end] = [token?.offset ?? 0, (token?.offset ?? 0) + 2];
      return { items: items.slice(begin, end), next: end < items.length ? { offset: end } : undefined };
    },
  );
}

export const readerSyncer: ResourceSyncer = { type: readerType, list: pagesOf(() => readers) };
export const bookSyncer: ResourceSyncer = {
  type: bookType,
  list: pagesOf(() => books),
  get: async ({ id }) => books.find((book) => book.id?.resource === id.resource),
  entitlements: singlePage(async ({ resource }) => [borrowed(resource)]),
  staticEntitlements: singlePage(async () => [reserved]),
  grants: pagesOf(({ resource }) => grantsOfBook(resource)),
};
export const chapterSyncer: ResourceSyncer = {
  type: chapterType,
  list: pagesOf(({ parent }) =>
    parent
      ? numbers(2).map((n) =>
          create(ResourceSchema, {
            id: { resourceType: 'chapter', resource: `${parent.resource}-${n}` },
            parentResourceId: parent,
          }),
        )
      : [],
  ),
};
export const clubSyncer: ResourceSyncer = {
  type: clubType,
  list: pagesOf(() => clubs),
  entitlementsOfType: pagesOf(() => memberships),
  grantsOfType: pagesOf(() => grantsOfClubs),
};

export const soundConnector: Connector = {
  metadata: { displayName: 'Library', description: 'A made-up library' },
  resourceTypes: [readerSyncer, bookSyncer, chapterSyncer, clubSyncer],
};

/** The sound connector with another way to read one of its types. */
export function withSyncer(change: Partial<ResourceSyncer> & Pick<ResourceSyncer, 'type'>): Connector {
  return {
    ...soundConnector,
    resourceTypes: soundConnector.resourceTypes.map((syncer) =>
      syncer.type.id === change.type.id ? { ...syncer, ...change } : syncer,
    ),
  };
}

/** The services of a connector, and with them an event feed, an action, tickets and grants of books. */
export function createFullServices(connector: Connector = soundConnector): readonly ServiceEntry[] {
  return [describeCapabilities, enqueuePageTokens, offerEvents, offerActions, offerTickets, offerGrants].reduce<
    readonly ServiceEntry[]
  >(
    (services, change) => change(services),
    createConnectorServices(connector, { provisioning: true, ticketing: true }),
  );
}

type Change = (services: readonly ServiceEntry[]) => readonly ServiceEntry[];

const describeCapabilities: Change = (services) =>
  changeCapabilities(services, (capabilities) => {
    const ofConnector = [Capability.PROVISION, Capability.EVENT_FEED_V2, Capability.ACTIONS, Capability.TICKETING];
    capabilities.connectorCapabilities.push(...ofConnector);
    capabilities.resourceTypeCapabilities
      .find(({ resourceType }) => resourceType?.id === 'book')
      ?.capabilities.push(Capability.PROVISION);
    capabilities.credentialDetails = create(CredentialDetailsSchema, {
      capabilityCredentialRotation: {
        supportedCredentialOptions: [CredentialOption.RANDOM_PASSWORD],
        preferredCredentialOption: CredentialOption.RANDOM_PASSWORD,
      },
    });
  });

/** Services whose GetMetadata names other capabilities. */
export function changeCapabilities(
  services: readonly ServiceEntry[],
  change: (capabilities: ConnectorCapabilities) => void,
): readonly ServiceEntry[] {
  return changeService(services, ConnectorService, ({ getMetadata }) => ({
    getMetadata: async (request, context) => {
      const answered = create(ConnectorMetadataSchema, (await getMetadata(request, context)).metadata);
      const metadata = clone(ConnectorMetadataSchema, answered);
      if (metadata.capabilities) {
        change(metadata.capabilities);
      }
      return { metadata };
    },
  }));
}

/** Further pages of the clubs' entitlements are enqueued, to be fetched in any order. */
const enqueuePageTokens: Change = (services) =>
  changeService(services, EntitlementsService, ({ listEntitlements }) => ({
    listEntitlements: async (request, context) => {
      const answer = await listEntitlements(request, context);
      if (request.resource?.id?.resourceType !== 'club' || !answer.nextPageToken) {
        return answer;
      }
      const enqueued = create(EnqueuePageTokensSchema, { pageTokens: [answer.nextPageToken] });
      return { list: answer.list ?? [], annotations: [anyPack(EnqueuePageTokensSchema, enqueued)] };
    },
  }));

const offerEvents: Change = (services) =>
  changeService(services, EventService, () => ({
    listEventFeeds: () => ({ list: [{ id: 'loans', supportedEventTypes: [EventType.USAGE] }] }),
    listEvents: ({ eventFeedId }) => {
      if (eventFeedId !== 'loans') {
        throw new ServiceError(Code.NotFound, 'no such feed', { reason: 'event_feed_not_found' });
      }
      return { events: [{ id: 'e1' }], cursor: 'e1', hasMore: true };
    },
  }));

const notFound = () => {
  throw new ServiceError(Code.NotFound, 'no such action', { reason: 'action_not_found' });
};

const offerActions: Change = (services) =>
  changeService(services, ActionService, () => ({
    listActionSchemas: () => ({
      schemas: [
        { name: 'close', arguments: [{ name: 'until' }] },
        { name: 'close', resourceTypeId: 'club' },
      ],
    }),
    getActionSchema: ({ name }) => (name === 'close' ? { schema: { name } } : notFound()),
    getActionStatus: notFound,
    invokeAction: notFound,
  }));

const offerTickets: Change = (services) =>
  changeService(services, TicketsService, () => {
    const noItems = () => {
      throw new ServiceError(Code.InvalidArgument, 'no items', { reason: 'no_items' });
    };
    return {
      listTicketSchemas: () => ({ list: [{ id: 'loan' }] }),
      bulkCreateTickets: noItems,
      bulkGetTickets: noItems,
    };
  });

const offerGrants: Change = (services) =>
  changeService(services, GrantManagerService, () => {
    const refuse = () => {
      throw new ServiceError(Code.Unimplemented, 'no provisioner for this type', { reason: 'unsupported' });
    };
    return { grant: refuse, revoke: refuse };
  });

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
