// The entitlements step: first the templates of each type, then the entitlements of each type or resource.
import { clone, create } from '@bufbuild/protobuf';
import { anyIs, anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { EntitlementExclusionGroupSchema } from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import {
  SkipEntitlementsAndGrantsSchema,
  SkipEntitlementsSchema,
} from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { type Entitlement, EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { entitlementId } from '../messages/entitlement.ts';
import { listScopes } from './list-scopes.ts';
import { skipNotFound } from './skip-not-found.ts';
import type { SyncContext } from './sync-context.ts';
import { walkPages } from './walk-pages.ts';

/** Stores one entitlement for each template of a type and each stored resource of the type. */
export async function syncStaticEntitlements(context: SyncContext, types: readonly ResourceType[]): Promise<void> {
  const { entitlements, store, observer } = context;
  for (const { id: resourceTypeId } of types) {
    const pages = walkPages((pageToken) =>
      entitlements.listStaticEntitlements({ resourceTypeId, pageToken, activeSyncId: store.syncId }),
    );
    for await (const { list } of pages) {
      if (list.length === 0) {
        continue;
      }
      for (const resource of store.records.allResources({ resourceTypeId })) {
        store.putEntitlements(list.map((template) => expandTemplate(template, resource)));
        observer.pageWritten('entitlements', { [resourceTypeId]: list.length });
      }
    }
  }
}

/** Stores the entitlements of `types`. */
export async function syncEntitlements(context: SyncContext, types: readonly ResourceType[]): Promise<void> {
  const { entitlements, store, observer } = context;
  const skipping = skipNotFound(context);
  for (const type of types) {
    if (type.annotations.some((any) => anyIs(any, SkipEntitlementsSchema))) {
      continue;
    }
    for (const scope of listScopes(context, type, TypeScopedEntitlementsSchema, skipsEntitlements)) {
      const pages = walkPages((pageToken) =>
        entitlements.listEntitlements({ ...scope, pageToken, activeSyncId: store.syncId }),
      );
      for await (const { list } of skipping(scope.resource, pages)) {
        const usable = list.filter((entitlement) => entitlement.id !== '' && entitlement.resource?.id);
        if (usable.length < list.length) {
          observer.countSkipped('entitlements without an id or a resource', list.length - usable.length);
        }
        store.putEntitlements(usable);
        observer.pageWritten('entitlements', { [type.id]: usable.length });
      }
    }
  }
}

function skipsEntitlements(resource: Resource): boolean {
  return resource.annotations.some(
    (any) => anyIs(any, SkipEntitlementsAndGrantsSchema) || anyIs(any, SkipEntitlementsSchema),
  );
}

/** Fills in id, names and a resource-scoped exclusion group, as pkg/sync of baton-sdk v0.25.0 does. */
function expandTemplate(template: Entitlement, resource: Resource): Entitlement {
  const entitlement = clone(EntitlementSchema, template);
  entitlement.resource = resource;
  entitlement.id = entitlementId(resource.id, template.slug);
  entitlement.displayName ||= resource.displayName;
  entitlement.description ||= resource.description;
  entitlement.annotations = entitlement.annotations.map((any) => {
    const group = anyUnpack(any, EntitlementExclusionGroupSchema);
    if (!group?.scopeToResource) {
      return any;
    }
    const exclusionGroupId = `${group.exclusionGroupId}-${resource.id?.resource}`;
    return anyPack(
      EntitlementExclusionGroupSchema,
      create(EntitlementExclusionGroupSchema, { ...group, exclusionGroupId }),
    );
  });
  return entitlement;
}
