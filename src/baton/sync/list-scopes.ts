// How a step asks for the entitlements or grants of a resource type: once for the type, or once for each resource.
import { create, type DescMessage } from '@bufbuild/protobuf';
import { type Any, anyIs, anyPack } from '@bufbuild/protobuf/wkt';
import { type Resource, ResourceSchema, type ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { SyncContext } from './sync-context.ts';

/** The fields of a list request that say whose entitlements or grants it is for. */
interface ListScope {
  readonly resource: Resource;
  readonly annotations: Any[];
}

/** The scopes to ask for. A type-scoped type is asked for even if it has no resources. */
export function* listScopes(
  { store }: SyncContext,
  type: ResourceType,
  typeScope: DescMessage,
  isSkipped: (resource: Resource) => boolean,
): Generator<ListScope> {
  if (isTypeScoped(type, typeScope)) {
    yield typeScoped(type, typeScope);
    return;
  }
  for (const resource of store.records.allResources({ resourceTypeId: type.id })) {
    if (!isSkipped(resource)) {
      yield { resource, annotations: [] };
    }
  }
}

/** Whether a type carries the annotation `typeScope`: one enumeration then covers all of its resources. */
export function isTypeScoped({ annotations }: ResourceType, typeScope: DescMessage): boolean {
  return annotations.some((any) => anyIs(any, typeScope));
}

/**
 * The scope of a whole type: a stub resource with the type's id in both places, and the annotation of the type
 * (pkg/sync/type_scoped.go of baton-sdk v0.25.0).
 */
export function typeScoped({ id }: ResourceType, typeScope: DescMessage): ListScope {
  const resource = create(ResourceSchema, { id: { resourceType: id, resource: id } });
  return { resource, annotations: [anyPack(typeScope, create(typeScope))] };
}
