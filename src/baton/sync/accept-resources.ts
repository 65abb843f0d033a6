// Checks the resources that a connector lists: by their own type, and for what only a sync may say of them.
import type { DescMessage } from '@bufbuild/protobuf';
import { BatonIDSchema } from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import {
  AppTraitSchema,
  GroupTraitSchema,
  RoleTraitSchema,
  SecretTraitSchema,
  UserTraitSchema,
} from '#gen/c1/connector/v2/annotation_trait_pb.js';
import { type Resource, type ResourceType, ResourceType_Trait } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import type { SyncContext } from './sync-context.ts';
import { carries } from './sync-step.ts';

/** The traits whose message a resource must carry when its type declares them (pkg/sync of baton-sdk v0.25.0). */
export const traitSchemas: ReadonlyMap<ResourceType_Trait, DescMessage> = new Map<ResourceType_Trait, DescMessage>([
  [ResourceType_Trait.USER, UserTraitSchema],
  [ResourceType_Trait.GROUP, GroupTraitSchema],
  [ResourceType_Trait.ROLE, RoleTraitSchema],
  [ResourceType_Trait.APP, AppTraitSchema],
  [ResourceType_Trait.SECRET, SecretTraitSchema],
]);

/**
 * The resources of a listing that the sync stores. Others are counted: those without an id, and of types that are not synced.
 * @param typeId - The type that was listed. A resource may be of another one.
 * @throws ServiceError INTERNAL if one is reserved (see {@link hasId}) or lacks a trait of its type.
 */
export function acceptResources(list: readonly Resource[], typeId: string, context: SyncContext): readonly Resource[] {
  const { observer } = context;
  const types = new Map(context.types().map((type) => [type.id, type]));
  return list.filter((resource) => {
    if (!hasId(resource)) {
      observer.countSkipped(`resources of type ${typeId} without an id`);
      return false;
    }
    const type = types.get(resource.id?.resourceType ?? '');
    if (!type) {
      observer.countSkipped(`resources of types ${whyNotSynced(context)}`);
      return false;
    }
    checkTraits(type, resource);
    return true;
  });
}

/**
 * Whether a resource can be stored at all.
 * @throws ServiceError INTERNAL if it is marked as copied from another file (BatonID): only a sync may do that.
 */
export function hasId(resource: Resource | undefined): boolean {
  const { resourceType = '', resource: id = '' } = resource?.id ?? {};
  if (resource && carries(resource, BatonIDSchema)) {
    throw new ServiceError(
      Code.Internal,
      `${resourceType} ${id} carries a BatonID annotation, which is reserved for resources that a sync copies from another file - likely a connector bug`,
      { reason: 'reserved_annotation' },
    );
  }
  return resourceType !== '' && id !== '';
}

/** The end of a reason for skipping something: of types … */
export function whyNotSynced({ resourceTypeIds }: SyncContext): string {
  return resourceTypeIds.length === 0 ? 'that were not listed' : 'excluded by --sync-resource-types';
}

function checkTraits(type: ResourceType, resource: Resource): void {
  for (const trait of type.traits) {
    const schema = traitSchemas.get(trait);
    if (schema && !carries(resource, schema)) {
      throw new ServiceError(
        Code.Internal,
        `${type.id} ${resource.id?.resource} has no ${schema.name}, which its resource type declares - likely a connector bug`,
        { reason: 'missing_trait' },
      );
    }
  }
}
