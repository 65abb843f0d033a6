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
import type { Naming } from './naming.ts';
import type { AccountManager, CredentialManager, DeleteOutcome, DeleteRequest, Provisioner } from './provisioner.ts';

/** A connector for one application: it reads resources, entitlements and grants, and changes them where it can. */
export interface Connector {
  /** Name, description and so on, for ConnectorService.GetMetadata, which adds the derived capabilities. */
  readonly metadata: MessageInitShape<typeof ConnectorMetadataSchema>;
  /** One syncer per resource type. Ids must be unique. */
  readonly resourceTypes: readonly ResourceSyncer[];
  /** Other things that the connector can do. Names must be unique. */
  readonly actions?: readonly Action[];
  /** Feeds of changes in the application. Ids must be unique. */
  readonly eventFeeds?: readonly EventFeed[];
  /** How people name accounts and entitlements: enables changes from a file (`--changes`). */
  readonly naming?: Naming;
  /**
   * Checks that a sync can work: credentials, permissions, configuration. Called at the start of each sync and by
   * health checks, so it must be cheap. Throws a ServiceError that says what to change.
   */
  validate?(context: Context, validation?: Validation): Promise<void>;
  /** Drops what is cached for `context.syncId`. Called at the end of a sync, whatever its outcome. */
  cleanup?(context: Context): Promise<void>;
  /** Requests to the application since the connector was created, for the summary of a sync. */
  statistics?(): ConnectorStatistics;
  /**
   * What may help after a sync on the command line has failed or was interrupted, as a sentence: for example, that the
   * application is still preparing data that another sync can use. Called after `cleanup`.
   */
  adviseAfterFailure?(): string | undefined;
  /**
   * Whether it sends no write if its environment has a `dryRun`. Without it, `--dry-run` is rejected: a connector that
   * ignored it would write.
   */
  readonly supportsDryRun?: boolean;
  /** Closes connections. Called once, when the program stops. */
  close?(): Promise<void>;
}

/** What a validation is for. It may cache what it reads for the sync that follows, under `context.syncId`. */
export interface Validation {
  /** Whether a sync follows. True unless the caller says otherwise, as this runtime's health checks do. */
  readonly isForSync: boolean;
  /** The only resource types that the sync lists: none if it reads single resources; absent for all. */
  readonly resourceTypeIds?: readonly string[] | undefined;
  /** Whether the sync reads grants; absent if unknown. */
  readonly hasGrants?: boolean | undefined;
}

/** Requests of a connector to its application. */
export interface ConnectorStatistics {
  /** Requests sent, including retries, by API family. */
  readonly requests: Readonly<Record<string, number>>;
  /** How many of those were retries. */
  readonly retries: number;
  /** Bytes received, before decompression. */
  readonly receivedBytes: number;
}

/** Reads and changes one resource type. An absent member is not supported: capabilities and services say so. */
export interface ResourceSyncer {
  readonly type: ResourceType;
  /** The resources of this type; those below `parent` if the type has parents. */
  readonly list: Listing<Resource, ListRequest>;
  /** One resource, or undefined if it does not exist. Enables targeted sync for the type. */
  get?(request: GetRequest, context: Context): Promise<Resource | undefined>;
  /** The entitlements of one resource. */
  readonly entitlements?: Listing<Entitlement, ResourceRequest>;
  /** Entitlement templates that apply to every resource of the type. */
  readonly staticEntitlements?: Listing<Entitlement, object>;
  /**
   * The entitlements of all resources of the type in one enumeration. The type must carry the annotation
   * TypeScopedEntitlements: a sync then uses this instead of asking for each resource.
   */
  readonly entitlementsOfType?: Listing<Entitlement, object>;
  /** The grants of one resource's entitlements. */
  readonly grants?: Listing<Grant | PlainGrant, ResourceRequest>;
  /** The grants of all resources of the type in one enumeration; the annotation is TypeScopedGrants. */
  readonly grantsOfType?: Listing<Grant | PlainGrant, object>;
  /** Grants and revokes the entitlements of the type's resources. */
  readonly provisioner?: Provisioner;
  /** The answer to Grant and Revoke if nothing can be granted or revoked and that may surprise: why. */
  readonly immutableBecause?: string;
  /** Creates a resource; returns it as the application now has it. */
  create?(resource: Resource, context: Context): Promise<Resource>;
  /** Deletes a resource, or does what comes closest. Safe to repeat. */
  delete?(request: DeleteRequest, context: Context): Promise<DeleteOutcome>;
  /** Creates accounts of this type. */
  readonly accounts?: AccountManager;
  /** Rotates credentials of this type's resources. */
  readonly credentials?: CredentialManager;
}

/**
 * A grant like almost all others: an entitlement and the id of a principal, which the grant's id is joined from.
 * Listings of many grants should return these instead of messages: a message is only made for callers that need one.
 */
export interface PlainGrant {
  /** One object for all grants of the entitlement (`entitlementStub`), because it is encoded once. */
  readonly entitlement: Entitlement;
  readonly principalType: string;
  readonly principal: string;
}

/** What a listing of resources gets. */
export interface ListRequest {
  readonly parent?: ResourceId | undefined;
}

/** The id of a resource to read. */
export interface GetRequest {
  readonly id: ResourceId;
  readonly parent?: ResourceId | undefined;
}

/** The resource whose entitlements or grants are listed. */
export interface ResourceRequest {
  readonly resource: Resource;
}

/** A paged enumeration. Create one with {@link listing} or {@link singlePage}. */
export interface Listing<Item, Request> {
  /** Checks a page token that came from outside. Throws a ZodError if this listing did not issue it. */
  parseToken(token: unknown): unknown;
  /** The page at `token` (a parsed one), or the first page. */
  page(request: Request & PageRequest, token: unknown, context: Context): Promise<Page<Item, unknown>>;
}

/** What every listing gets besides its own request. */
export interface PageRequest {
  /**
   * How many items the caller would like, at least 1. A page may hold more or fewer: the runtime splits it to match
   * the requested size and the message limit, and continues within it on the next call.
   */
  readonly pageSize: number;
}

/** One page of an enumeration. */
export interface Page<Item, Token> {
  readonly items: readonly Item[];
  /** The token of the next page; absent on the last page. Never the token that led to this page. */
  readonly next?: Token | undefined;
  /** Response annotations, such as a rate limit. */
  readonly annotations?: readonly Annotation[] | undefined;
}

/** A message for an `annotations` field, where it is packed as Any. */
export interface Annotation<Desc extends DescMessage = DescMessage> {
  readonly desc: Desc;
  readonly value: Message;
}

/**
 * Declares a paged enumeration: the schema of its page token and how to read one page.
 *
 * A page token must be enough to continue from, even in another process: it holds a position, not a reference to
 * something in memory. The same token must lead to the same items in the same order for as long as the source allows.
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

/** An enumeration that is a single page and therefore has no page token. */
export function singlePage<Item, Request>(
  read: (request: Request, context: Context) => Promise<readonly Item[]>,
): Listing<Item, Request> {
  return {
    parseToken: (raw) => z.undefined('this listing has one page and takes no page token').parse(raw),
    page: async (request, _token, context) => ({ items: await read(request, context) }),
  };
}
