// What a walk through a connector found: ids, counts, what it could not read, and samples for further calls.
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource, ResourceId, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { entitlementId } from '../messages/entitlement.ts';
import { IdSet } from './id-set.ts';
import { type ListCall, type ListedKind, listedKinds, resourceKey } from './listing.ts';
import type { ListingError, ListingFault } from './pages.ts';

/** The kinds whose ids are compared between walks. */
export const itemKinds = ['resources', 'entitlements', 'grants'] as const;
export type ItemKind = (typeof itemKinds)[number];

/** The maximum number of messages to keep per fault. */
const messagesMax = 3;

/** A fault of listings, with the first messages about it. */
export interface FaultTally {
  count: number;
  readonly messages: string[];
}

export class Walked {
  readonly syncId: string;
  readonly types: ResourceType[] = [];
  /** Ids by kind: keys of resources, ids of entitlements and grants. */
  readonly ids: Readonly<Record<ItemKind, IdSet>> = {
    resources: new IdSet(),
    entitlements: new IdSet(),
    grants: new IdSet(),
  };
  /** The number of items by kind and resource type (for entitlements and grants: of their resource). */
  readonly counts: Readonly<Record<ItemKind, Map<string, number>>> = {
    resources: new Map(),
    entitlements: new Map(),
    grants: new Map(),
  };
  /** Templates of ListStaticEntitlements by resource type. */
  readonly templates = new Map<string, Entitlement[]>();
  /** Incomplete kinds, with the reason. References to them cannot be checked. */
  readonly incomplete = new Map<ListedKind, string>();
  /** The first resource of each type. */
  readonly firstResources = new Map<string, Resource>();
  readonly faults = new Map<ListingFault | 'type-scoped', FaultTally>();
  /** The number of listings of a single resource's entitlements or grants. */
  resourceListings = 0;
  readonly #busiest = new Map<string, { listing: ListCall; items: number }>();

  constructor(syncId: string) {
    this.syncId = syncId;
  }

  hasType(id: string | undefined): boolean {
    return this.types.some((type) => type.id === id);
  }

  hasResource(id: ResourceId | undefined): boolean {
    const key = resourceKey(id);
    return key !== undefined && this.ids.resources.has(key);
  }

  /** Whether an entitlement was listed, or results from a template on a listed resource. */
  hasEntitlement({ id, resource }: Entitlement): boolean {
    if (this.ids.entitlements.has(id)) {
      return true;
    }
    const templates = this.templates.get(resource?.id?.resourceType ?? '') ?? [];
    return templates.some(({ slug }) => entitlementId(resource?.id, slug) === id) && this.hasResource(resource?.id);
  }

  countOf(kind: ItemKind, typeId: string): number {
    return this.counts[kind].get(typeId) ?? 0;
  }

  totalOf(kind: ItemKind): number {
    return [...this.counts[kind].values()].reduce((total, count) => total + count, 0);
  }

  /** The total number of items of each kind. */
  get totals(): Readonly<Record<ItemKind, number>> {
    return {
      resources: this.totalOf('resources'),
      entitlements: this.totalOf('entitlements'),
      grants: this.totalOf('grants'),
    };
  }

  /** Records that the walk ended early. */
  stop(reason: string): void {
    if (!this.faults.has('endless')) {
      this.noteFault('endless', reason);
    }
    for (const kind of listedKinds) {
      this.markIncomplete(kind, reason);
    }
  }

  addFirst(resource: Resource): void {
    const { resourceType } = resource.id ?? {};
    if (resourceType && !this.firstResources.has(resourceType)) {
      this.firstResources.set(resourceType, resource);
    }
  }

  addFault({ fault, message }: Pick<ListingError, 'fault' | 'message'>, listing: ListCall): void {
    const isOfResource = listing.kind === 'entitlements' || listing.kind === 'grants';
    const key = fault === 'gone' && !isOfResource ? 'refused' : fault;
    this.noteFault(listing.isTypeScoped && (key === 'refused' || key === 'gone') ? 'type-scoped' : key, message);
    // The entitlements and grants of a deleted resource are missing in a sync too.
    if (key !== 'gone' || listing.isTypeScoped) {
      this.markIncomplete(listing.kind, `${listing.name} could not be read to its end`);
    }
  }

  noteFault(fault: ListingFault | 'type-scoped', message: string): void {
    const tally = this.faults.get(fault) ?? { count: 0, messages: [] };
    this.faults.set(fault, tally);
    tally.count++;
    if (tally.messages.length < messagesMax) {
      tally.messages.push(message);
    }
  }

  markIncomplete(kind: ListedKind, reason: string): void {
    if (!this.incomplete.has(kind)) {
      this.incomplete.set(kind, reason);
    }
  }

  /** Keeps a listing that was read to its end if it has the most items of its kind. */
  addSample(listing: ListCall, items: number): void {
    const key = `${listing.kind} ${listing.typeId} ${listing.isTypeScoped}`;
    const former = this.#busiest.get(key);
    if (items > 0 && (!former || items > former.items)) {
      this.#busiest.set(key, { listing, items });
    }
  }

  /** For each kind of listing of each type, the one with the most items. */
  get samples(): ListCall[] {
    return [...this.#busiest.values()].map(({ listing }) => listing);
  }
}
