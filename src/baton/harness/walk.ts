// Walks through everything that a connector lists, in the order of a sync. A failed listing does not stop it.
import { create, type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Any, anyIs } from '@bufbuild/protobuf/wkt';
import { InsertResourceGrantsSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import {
  ChildResourceTypeSchema,
  SkipEntitlementsAndGrantsSchema,
  SkipEntitlementsSchema,
  SkipGrantsSchema,
} from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import {
  type Resource,
  type ResourceId,
  ResourcesServiceListResourcesResponseSchema,
  type ResourceType,
} from '#gen/c1/connector/v2/resource_pb.js';
import type { Seen, Watcher } from './check.ts';
import { checkConnection } from './connection-loss.ts';
import { IdSet } from './id-set.ts';
import {
  type CallPage,
  entitlementsListing,
  grantsListing,
  type ListCall,
  resourceKey,
  resourcesListing,
  resourceTypesListing,
  staticEntitlementsListing,
  typeEntitlementsListing,
  typeGrantsListing,
} from './listing.ts';
import { type CallDelays, ListingError, readPages } from './pages.ts';
import type { Target } from './target.ts';
import { unpack } from './unpack.ts';
import type { ItemKind, Walked } from './walked.ts';

export interface WalkOptions {
  readonly target: Target;
  /** Receives the results. */
  readonly walked: Walked;
  readonly watchers: readonly Watcher[];
  /** The maximum number of resources, entitlements and grants per resource type. */
  readonly itemsMax: number;
  readonly delays: CallDelays;
}

/** The maximum number of pages in a row without new items: a listing that repeats them with new tokens never ends. */
const oldPagesMax = 100;

/** @throws ConnectionLost; the reason of the target's signal if that aborts. `walked` then has what was seen until then. */
export async function walk(options: WalkOptions): Promise<void> {
  await new Walk(options).run();
}

class Walk {
  readonly #options: WalkOptions;
  readonly #walked: Walked;
  /** Resources whose entitlements or grants will be listed, by type: pages as bytes, since there may be many. */
  readonly #kept = new Map<string, Uint8Array[]>();
  readonly #parents = new IdSet();

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#walked = options.walked;
  }

  async run(): Promise<void> {
    await this.#readTypes();
    for (const type of this.#walked.types) {
      await this.#readResources(type, undefined);
    }
    for (const type of this.#walked.types) {
      await this.#readTemplates(type);
    }
    for (const type of this.#walked.types) {
      await this.#readEntitlements(type);
    }
    for (const type of this.#walked.types) {
      await this.#readGrants(type);
    }
  }

  async #readTypes(): Promise<void> {
    await this.#read(resourceTypesListing, (type) => {
      const isNew = !this.#walked.hasType(type.id);
      if (isNew && type.id !== '') {
        this.#walked.types.push(type);
      }
      this.#notify((watcher) => watcher.resourceType?.(type));
      return isNew;
    });
  }

  async #readResources(type: ResourceType, parent: ResourceId | undefined): Promise<void> {
    const listing = resourcesListing(type, parent);
    const isKept = !carries(type, SkipEntitlementsAndGrantsSchema);
    let news: Resource[] = [];
    await this.#read(
      listing,
      (resource) => {
        const seen = this.#count('resources', listing, resource);
        if (seen.isNew) {
          news.push(resource);
          this.#walked.addFirst(resource);
        }
        this.#notify((watcher) => watcher.resource?.(resource, seen));
        return seen.isNew;
      },
      async () => {
        const list = news;
        news = [];
        if (isKept && list.length > 0) {
          this.#keep(type.id, list);
        }
        for (const resource of list) {
          await this.#readChildren(resource);
        }
      },
    );
  }

  async #readChildren({ id, annotations }: Resource): Promise<void> {
    for (const any of annotations) {
      const child = unpack(any, ChildResourceTypeSchema);
      const type = child && this.#walked.types.find((candidate) => candidate.id === child.resourceTypeId);
      if (type && id && this.#parents.add(`${type.id}\n${resourceKey(id)}`)) {
        await this.#readResources(type, id);
      }
    }
  }

  async #readTemplates(type: ResourceType): Promise<void> {
    const listing = staticEntitlementsListing(type);
    const templates: Entitlement[] = [];
    await this.#read(listing, (template) => {
      const isNew = !templates.some(({ slug }) => slug === template.slug);
      templates.push(template);
      this.#notify((watcher) => watcher.template?.(template, { listing, isNew }));
      return isNew;
    });
    if (templates.length > 0) {
      this.#walked.templates.set(type.id, templates);
    }
  }

  async #readEntitlements(type: ResourceType): Promise<void> {
    const read = (listing: ReturnType<typeof entitlementsListing>) =>
      this.#read(listing, (entitlement) => {
        const seen = this.#count('entitlements', listing, entitlement);
        this.#notify((watcher) => watcher.entitlement?.(entitlement, seen));
        return seen.isNew;
      });
    if (carries(type, TypeScopedEntitlementsSchema)) {
      // Even if the type skips entitlements: then it is the connector that leaves some out.
      await read(typeEntitlementsListing(type));
      return;
    }
    if (carries(type, SkipEntitlementsSchema)) {
      return;
    }
    for (const resource of this.#keptOf(type)) {
      if (!carries(resource, SkipEntitlementsAndGrantsSchema) && !carries(resource, SkipEntitlementsSchema)) {
        this.#walked.resourceListings++;
        await read(entitlementsListing(resource));
      }
    }
  }

  async #readGrants(type: ResourceType): Promise<void> {
    const read = (listing: ReturnType<typeof grantsListing>) =>
      this.#read(listing, (grant, page) => {
        const seen = this.#count('grants', listing, grant);
        const inserted = carries(page, InsertResourceGrantsSchema) && resourceKey(grant.entitlement?.resource?.id);
        if (inserted) this.#walked.ids.resources.add(inserted);
        this.#notify((watcher) => watcher.grant?.(grant, seen));
        return seen.isNew;
      });
    if (carries(type, TypeScopedGrantsSchema)) {
      await read(typeGrantsListing(type));
      return;
    }
    for (const resource of this.#keptOf(type)) {
      if (!carries(resource, SkipEntitlementsAndGrantsSchema) && !carries(resource, SkipGrantsSchema)) {
        this.#walked.resourceListings++;
        await read(grantsListing(resource));
      }
    }
  }

  /**
   * Reads a listing to its end, to the limit of items, or to its fault.
   * @param item - Handles an item of a page, and returns whether it is new to the walk.
   */
  async #read<Item>(
    listing: ListCall<Item>,
    item: (item: Item, page: CallPage<Item>) => boolean,
    pageRead: () => Promise<void> = async () => {},
  ): Promise<void> {
    const { target, delays } = this.#options;
    let items = 0;
    let pages = 0;
    let oldPages = 0;
    try {
      if (this.#isFull(listing)) {
        return;
      }
      for await (const page of readPages(target, listing, { pageSize: 0, activeSyncId: this.#walked.syncId, delays })) {
        if (pages > 0 && this.#isFull(listing)) {
          return;
        }
        pages++;
        items += page.list.length;
        this.#notify((watcher) => watcher.page?.(page, listing));
        const news = page.list.map((listed) => item(listed, page)).filter(Boolean);
        await pageRead();
        // A page without items means that the connector is waiting for something; there may be a thousand.
        oldPages = news.length > 0 ? 0 : oldPages + Math.min(page.list.length, 1);
        if (oldPages === oldPagesMax) {
          const text = `${listing.name} returned no new items on ${oldPages} pages in a row, always with new page tokens`;
          throw new ListingError('endless', text);
        }
      }
      this.#walked.addSample(listing, items);
    } catch (error) {
      if (error instanceof ListingError) {
        this.#walked.addFault(error, listing);
        // Each further listing would be retried, too.
        if (error.fault === 'refused') await checkConnection(target);
        return;
      }
      if (target.signal.aborted && pages > 0 && !this.#walked.faults.has('endless')) {
        const message = `${listing.name} did not finish in time: ${pages} pages with ${items} items so far`;
        this.#walked.addFault({ fault: 'endless', message }, listing);
      }
      throw error;
    }
  }

  /** Whether the limit for the listing's kind and type has been reached; marks the kind as incomplete if so. */
  #isFull({ kind, typeId }: ListCall): boolean {
    const { itemsMax } = this.#options;
    const isFull = isItemKind(kind) && this.#walked.countOf(kind, typeId) >= itemsMax;
    if (isFull) {
      this.#walked.markIncomplete(kind, `only ${itemsMax} ${kind} of each type were read (--max-items)`);
    }
    return isFull;
  }

  #count<Item>(kind: ItemKind, listing: ListCall<Item>, item: Item): Seen {
    const counts = this.#walked.counts[kind];
    counts.set(listing.typeId, (counts.get(listing.typeId) ?? 0) + 1);
    const id = listing.idOf(item);
    return { listing: listing as ListCall, isNew: id !== undefined && this.#walked.ids[kind].add(id) };
  }

  #keep(typeId: string, list: readonly Resource[]): void {
    const page = create(ResourcesServiceListResourcesResponseSchema, { list: [...list] });
    const pages = this.#kept.get(typeId) ?? [];
    this.#kept.set(typeId, pages);
    pages.push(toBinary(ResourcesServiceListResourcesResponseSchema, page));
  }

  *#keptOf({ id }: ResourceType): Generator<Resource> {
    for (const bytes of this.#kept.get(id) ?? []) {
      yield* fromBinary(ResourcesServiceListResourcesResponseSchema, bytes).list;
    }
  }

  #notify(notify: (watcher: Watcher) => void): void {
    this.#options.watchers.forEach(notify);
  }
}

function isItemKind(kind: string): kind is ItemKind {
  return kind === 'resources' || kind === 'entitlements' || kind === 'grants';
}

function carries({ annotations }: { readonly annotations: readonly Any[] }, desc: DescMessage): boolean {
  return annotations.some((any) => anyIs(any, desc));
}
