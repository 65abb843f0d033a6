// The resources step: every resource of every type, and the children of resources that have some.
import type { DescMessage } from '@bufbuild/protobuf';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { ChildResourceTypeSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import {
  AppTraitSchema,
  GroupTraitSchema,
  RoleTraitSchema,
  SecretTraitSchema,
  UserTraitSchema,
} from '#gen/c1/connector/v2/annotation_trait_pb.js';
import {
  type Resource,
  type ResourceId,
  type ResourceType,
  ResourceType_Trait,
} from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import type { SyncContext } from './sync-context.ts';
import { walkPages } from './walk-pages.ts';

/** The traits whose message a resource must carry when its type declares them (pkg/sync of baton-sdk v0.25.0). */
const requiredTraits = new Map<ResourceType_Trait, DescMessage>([
  [ResourceType_Trait.USER, UserTraitSchema],
  [ResourceType_Trait.GROUP, GroupTraitSchema],
  [ResourceType_Trait.ROLE, RoleTraitSchema],
  [ResourceType_Trait.APP, AppTraitSchema],
  [ResourceType_Trait.SECRET, SecretTraitSchema],
]);

/** A listing to do: a resource type, and the parent whose children it lists. */
interface ResourceListing {
  readonly type: ResourceType;
  readonly parent: ResourceId | undefined;
}

/**
 * Lists and stores all resources of `types`, `context.workers` listings at a time. The last type comes first, as in the Go
 * syncer (pkg/sync of baton-sdk v0.25.0): a connector can put last what its other listings are made from.
 */
export async function syncResources(context: SyncContext, types: readonly ResourceType[]): Promise<void> {
  const listings = types.map((type) => ({ type, parent: undefined })).reverse();
  await syncListings(context, listings, types, new Set());
}

/**
 * Does listings, and those of the children that they find.
 * @param scheduled - The children that were listed or will be, so that none is listed twice.
 */
export async function syncListings(
  context: SyncContext,
  listings: readonly ResourceListing[],
  types: readonly ResourceType[],
  scheduled: Set<string>,
): Promise<void> {
  const queue = [...listings];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      await syncListing(context, next, (resource) => queue.push(...childListings(resource, types, scheduled)));
    }
  };
  // A listing may add children after other workers have run out of work.
  while (queue.length > 0) {
    await Promise.all(Array.from({ length: context.workers }, work));
  }
}

async function syncListing(
  context: SyncContext,
  { type, parent }: ResourceListing,
  found: (resource: Resource) => void,
): Promise<void> {
  const { resources, store, observer } = context;
  const pages = walkPages((pageToken) =>
    resources.listResources({
      resourceTypeId: type.id,
      ...(parent && { parentResourceId: parent }),
      pageToken,
      activeSyncId: store.syncId,
    }),
  );
  for await (const { list } of pages) {
    const usable = list.filter((resource) => resource.id?.resourceType && resource.id.resource);
    if (usable.length < list.length) {
      observer.countSkipped(`resources of type ${type.id} without an id`, list.length - usable.length);
    }
    for (const resource of usable) {
      checkTraits(type, resource);
      found(resource);
    }
    store.putResources(usable);
    observer.pageWritten('resources', { [type.id]: usable.length });
  }
}

function checkTraits(type: ResourceType, resource: Resource): void {
  for (const trait of type.traits) {
    const schema = requiredTraits.get(trait);
    if (schema && !resource.annotations.some((any) => anyIs(any, schema))) {
      throw new ServiceError(
        Code.Internal,
        `${type.id} ${resource.id?.resource} has no ${schema.name}, which its resource type declares - likely a connector bug`,
        { reason: 'missing_trait' },
      );
    }
  }
}

/** The listings of a resource's children that are not in `scheduled` yet. Adds them to it. */
export function childListings(
  parent: Resource,
  types: readonly ResourceType[],
  scheduled: Set<string>,
): ResourceListing[] {
  const listings: ResourceListing[] = [];
  for (const any of parent.annotations) {
    const child = anyUnpack(any, ChildResourceTypeSchema);
    const type = child && types.find((candidate) => candidate.id === child.resourceTypeId);
    const key = `${child?.resourceTypeId} ${parent.id?.resourceType} ${parent.id?.resource}`;
    if (type && !scheduled.has(key)) {
      scheduled.add(key);
      listings.push({ type, parent: parent.id });
    }
  }
  return listings;
}
