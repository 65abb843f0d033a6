// The steps of entitlements: first the templates of each type, then the entitlements of each type or resource.
import { clone, create } from '@bufbuild/protobuf';
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { EntitlementExclusionGroupSchema } from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import { SkipEntitlementsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { type Entitlement, EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { entitlementId } from '../messages/entitlement.ts';
import { hasId, whyNotSynced } from './accept-resources.ts';
import { action } from './plan/sync-action.ts';
import { planListings, scopeOf } from './plan-listings.ts';
import type { SyncContext } from './sync-context.ts';
import { receivePage, type Step } from './sync-step.ts';

/** Stores one entitlement for each template of a type and each stored resource of the type. */
export const staticEntitlementsStep: Step = {
  phase: 'entitlements',
  plan: (_action, context) => {
    const actions = context.types().map(({ id }) => action('list-static-entitlements', { resourceTypeId: id }));
    return { nextPageToken: '', actions };
  },
  call: async (action, context) => {
    const { entitlements, store, observer } = context;
    const { resourceTypeId, pageToken } = action;
    const page = await entitlements.listStaticEntitlements({ resourceTypeId, pageToken, activeSyncId: store.syncId });
    return receivePage(action, page, page.list, () => {
      if (page.list.length === 0) return [];
      for (const resource of store.records.allResources({ resourceTypeId })) {
        store.putEntitlements(page.list.map((template) => expandTemplate(template, resource)));
        observer.pageWritten('entitlements', { [resourceTypeId]: page.list.length });
      }
      return [];
    });
  },
};

/** Stores the entitlements of each type or resource. */
export const entitlementsStep: Step = {
  phase: 'entitlements',
  plan: (action, context) =>
    planListings(action, context, {
      typeScope: TypeScopedEntitlementsSchema,
      typeSkips: [SkipEntitlementsSchema],
      resourceSkips: [SkipEntitlementsSchema],
    }),
  call: async (action, context) => {
    const { entitlements, store } = context;
    const scope = scopeOf(action, context, TypeScopedEntitlementsSchema);
    const { pageToken } = action;
    const page = await entitlements.listEntitlements({ ...scope, pageToken, activeSyncId: store.syncId });
    return receivePage(action, page, page.list, () => {
      storeEntitlements(page.list, action.resourceTypeId, context);
      return [];
    });
  },
};

function storeEntitlements(list: readonly Entitlement[], typeId: string, context: SyncContext): void {
  const { store, observer } = context;
  const usable = list.filter((entitlement) => isAccepted(entitlement, context));
  store.putEntitlements(usable);
  observer.pageWritten('entitlements', { [typeId]: usable.length });
}

/** Whether the sync stores an entitlement. If not, it is counted. */
function isAccepted({ id, resource }: Entitlement, context: SyncContext): boolean {
  const types = context.referableTypes();
  if (types && resource?.id?.resourceType && !types.has(resource.id.resourceType)) {
    context.observer.countSkipped(`entitlements of types ${whyNotSynced(context)}`);
    return false;
  }
  if (id === '' || !hasId(resource)) {
    context.observer.countSkipped('entitlements without an id or a resource');
    return false;
  }
  return true;
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
