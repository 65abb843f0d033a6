// What entitlements and grants of a type are asked by: the type as a whole where it allows it, or each of its resources.
import { create, type DescMessage } from '@bufbuild/protobuf';
import { type Any, anyIs, anyPack } from '@bufbuild/protobuf/wkt';
import { type Resource, ResourceSchema, type ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { SyncRun } from './full-sync.ts';

/** What a list request is made of. */
export interface AskedResource {
  readonly resource: Resource;
  readonly annotations: Any[];
}

/**
 * The requests for a type. With the annotation `typeScope` on it there is one, whose resource is a stub with the type's
 * id in both places and whose annotations repeat it (pkg/sync/type_scoped.go of baton-sdk v0.25.0); it is sent even when
 * the type has no resources.
 */
export function* askedResources(
  { store }: SyncRun,
  type: ResourceType,
  typeScope: DescMessage,
  skips: (resource: Resource) => boolean,
): Generator<AskedResource> {
  if (isAskedAsWhole(type, typeScope)) {
    yield askedAsWhole(type, typeScope);
    return;
  }
  for (const resource of store.records.allResources({ resourceTypeId: type.id })) {
    if (!skips(resource)) {
      yield { resource, annotations: [] };
    }
  }
}

/** Whether there is one enumeration for all resources of a type. */
export function isAskedAsWhole({ annotations }: ResourceType, typeScope: DescMessage): boolean {
  return annotations.some((any) => anyIs(any, typeScope));
}

/** What asks for it. */
export function askedAsWhole({ id }: ResourceType, typeScope: DescMessage): AskedResource {
  const resource = create(ResourceSchema, { id: { resourceType: id, resource: id } });
  return { resource, annotations: [anyPack(typeScope, create(typeScope))] };
}
