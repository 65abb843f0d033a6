// What a connector author implements. The services, the capabilities and the command line follow from what is there.
import type { DescMessage, Message, MessageInitShape } from '@bufbuild/protobuf';
import { z } from 'zod';
import type { ConnectorMetadataSchema } from '#gen/c1/connector/v2/connector_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { Resource, ResourceId, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { Action } from './action.ts';
import type { Context } from './context.ts';
import type { EventFeed } from './event-feed.ts';
import type { AccountManager, CredentialManager, DeleteOutcome, DeleteRequest, Provisioner } from './provisioner.ts';

/** A connector: one application whose resources, entitlements and grants are read and, where it allows that, changed. */
export interface Connector {
  /** Name, description and so on, as ConnectorService.GetMetadata answers. Capabilities are derived and added to it. */
  readonly metadata: MessageInitShape<typeof ConnectorMetadataSchema>;
  /** One for each resource type. Ids must be unique. */
  readonly resourceTypes: readonly ResourceSyncer[];
  /** What else it can do. Names must be unique. */
  readonly actions?: readonly Action[];
  /** What it can tell of changes. Ids must be unique. */
  readonly eventFeeds?: readonly EventFeed[];
  /**
   * Checks that a sync can work: credentials, permissions, configuration. Called at the start of each sync and by
   * health checks, so it must be cheap. Throws a ServiceError that says what to change.
   */
  validate?(context: Context, validation?: Validation): Promise<void>;
  /** Forgets what was kept for `context.syncId`. Called at the end of a sync, whatever its outcome. */
  cleanup?(context: Context): Promise<void>;
  /** What was asked of the application since the connector was made, for the summary of a sync. */
  statistics?(): ConnectorStatistics;
  /** Ends connections. Called once, when the program stops. */
  close?(): Promise<void>;
}

/** What a validation is for. What it reads for a sync that follows, it can keep for it under `context.syncId`. */
export interface Validation {
  /** Whether a sync follows: it does, unless the caller says otherwise, as a health check of this runtime does. */
  readonly isForSync: boolean;
  /** The only resource types that the sync lists, none where it reads single resources; absent for all. */
  readonly resourceTypeIds?: readonly string[] | undefined;
  /** Whether the sync reads grants; absent where that is not known. */
  readonly hasGrants?: boolean | undefined;
}

/** Requests of a connector to its application. */
export interface ConnectorStatistics {
  /** Requests sent, by the part of the application that they went to. One that was sent again counts again. */
  readonly requests: Readonly<Record<string, number>>;
  /** How many of them were sent again after a failure. */
  readonly retries: number;
  /** Bytes received, before decompression. */
  readonly receivedBytes: number;
}

/** Reads and changes one resource type. What is not given is not supported: the capabilities say so and the services answer so. */
export interface ResourceSyncer {
  readonly type: ResourceType;
  /** The resources of this type, below `parent` where the type has parents. */
  readonly list: Listing<Resource, ListRequest>;
  /** One resource, or nothing when it does not exist (any more). Makes the type fit for targeted sync. */
  get?(request: GetRequest, context: Context): Promise<Resource | undefined>;
  /** The entitlements of one resource. */
  readonly entitlements?: Listing<Entitlement, ResourceRequest>;
  /** Entitlement templates that hold for every resource of the type. */
  readonly staticEntitlements?: Listing<Entitlement, object>;
  /**
   * The entitlements of all resources of the type in one enumeration. The type must carry the annotation
   * TypeScopedEntitlements: a syncer that knows it then asks this instead of asking for each resource.
   */
  readonly entitlementsOfType?: Listing<Entitlement, object>;
  /** The grants of one resource's entitlements. */
  readonly grants?: Listing<Grant | PlainGrant, ResourceRequest>;
  /** The grants of all resources of the type in one enumeration; the annotation is TypeScopedGrants. */
  readonly grantsOfType?: Listing<Grant | PlainGrant, object>;
  /** Gives and takes the entitlements of the type's resources. */
  readonly provisioner?: Provisioner;
  /** Why nothing can be granted or revoked, for people, where that may surprise: the answer to Grant and Revoke. */
  readonly immutableBecause?: string;
  /** Creates a resource; answers it as the application now has it. */
  create?(resource: Resource, context: Context): Promise<Resource>;
  /** Deletes a resource, or does what comes nearest. Safe to repeat. */
  delete?(request: DeleteRequest, context: Context): Promise<DeleteOutcome>;
  /** Creates accounts of this type. */
  readonly accounts?: AccountManager;
  /** Replaces credentials of this type's resources. */
  readonly credentials?: CredentialManager;
}

/**
 * A grant as nearly all are: an entitlement, a principal of which only the id is told, and the id that is joined from
 * both. Listings may answer it in place of a message, and do so where grants are many: no message is made of it unless
 * somebody needs one.
 */
export interface PlainGrant {
  /** One object for all grants of the entitlement (`entitlementStub`), for it is encoded once. */
  readonly entitlement: Entitlement;
  readonly principalType: string;
  readonly principal: string;
}

export interface ListRequest {
  readonly parent?: ResourceId | undefined;
}

export interface GetRequest {
  readonly id: ResourceId;
  readonly parent?: ResourceId | undefined;
}

export interface ResourceRequest {
  readonly resource: Resource;
}

/** A paged enumeration. Made with {@link listing} or {@link singlePage}. */
export interface Listing<Item, Request> {
  /** Checks a page token that came from outside. Throws a ZodError on one that this listing did not make. */
  parseToken(token: unknown): unknown;
  /** One page, from the place that `token` names (a parsed one), or the first one. */
  page(request: Request & PageRequest, token: unknown, context: Context): Promise<Page<Item, unknown>>;
}

export interface PageRequest {
  /**
   * How many items the caller would like, at least 1. A page may hold more or fewer: the runtime cuts it to what was
   * asked and to what fits a message, and goes on inside of it on the next call.
   */
  readonly pageSize: number;
}

export interface Page<Item, Token> {
  readonly items: readonly Item[];
  /** Where the next page begins; absent on the last one. Never the token that led to this page. */
  readonly next?: Token | undefined;
  /** Response annotations, such as a rate limit. */
  readonly annotations?: readonly Annotation[] | undefined;
}

/** A message that goes into an `annotations` field, packed as Any. */
export interface Annotation<Desc extends DescMessage = DescMessage> {
  readonly desc: Desc;
  readonly value: Message;
}

/**
 * Declares a paged enumeration: the schema of its page token, once, and how one page is read.
 *
 * A page token must be enough to go on from, in another process too: it holds a position, not the name of something
 * kept in memory. The same token must lead to the same items in the same order for as long as the source allows it.
 */
export function listing<Item, Request, Token>(
  token: z.ZodType<Token>,
  page: (
    request: Request & PageRequest,
    token: Token | undefined,
    context: Context,
  ) => Promise<Page<Item, NoInfer<Token>>>,
): Listing<Item, Request> {
  return {
    parseToken: (raw) => token.parse(raw),
    page: (request, parsed, context) => page(request, parsed as Token | undefined, context),
  };
}

/** An enumeration that is one page and therefore has no token of its own. */
export function singlePage<Item, Request>(
  read: (request: Request, context: Context) => Promise<readonly Item[]>,
): Listing<Item, Request> {
  return {
    parseToken: (raw) => z.undefined('this listing has one page and takes no page token').parse(raw),
    page: async (request, _token, context) => ({ items: await read(request, context) }),
  };
}
