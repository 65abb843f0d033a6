// Copies resources of another file into a sync, with their entitlements and the grants of those.
import { setImmediate } from 'node:timers/promises';
import { BatonIDSchema } from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { EntitlementImmutableSchema } from '#gen/c1/connector/v2/annotation_entitlement_pb.js';
import { GrantImmutableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { SkipEntitlementsAndGrantsSchema, SkipGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import type { SyncContext } from '../sync-context.ts';
import { carries } from '../sync-step.ts';
import { type ExternalResources, hasTrait, withAnnotation } from './external-resources.ts';

/**
 * Copies what the settings select (pkg/sync of baton-sdk v0.25.0). Copied resources carry BatonID; their entitlements and
 * grants are immutable.
 * @returns The copied resources.
 * @throws ServiceError NOT_FOUND if the file lacks the entitlement that selects them.
 */
export async function copyExternal(external: ExternalResources, context: SyncContext): Promise<readonly Resource[]> {
  const { store, observer, signal } = context;
  const { records } = external;
  const types = [...records.allResourceTypes()].filter((type) => hasTrait(type, external.traits));
  const selected = select(external, types);
  store.putResourceTypes(selected.types);
  const principals = selected.resources.map((resource) => ({
    ...resource,
    annotations: withAnnotation(resource.annotations, BatonIDSchema),
  }));
  store.putResources(principals);
  observer.pageWritten('external resources', countByType(principals));
  const skippedTypes = new Set(
    selected.types.filter((type) => carries(type, SkipEntitlementsAndGrantsSchema)).map(({ id }) => id),
  );
  for (const principal of principals) {
    const isSkipped =
      skippedTypes.has(principal.id?.resourceType ?? '') || carries(principal, SkipEntitlementsAndGrantsSchema);
    if (isSkipped) continue;
    copyEntitlements(principal, external, context);
    await setImmediate();
    signal.throwIfAborted();
  }
  return principals;
}

interface Selected {
  readonly types: readonly ResourceType[];
  readonly resources: readonly Resource[];
}

function select({ records, entitlementId }: ExternalResources, types: readonly ResourceType[]): Selected {
  if (entitlementId === undefined) {
    const resources = types.flatMap(({ id }) => [...records.allResources({ resourceTypeId: id })]);
    return { types, resources };
  }
  if (!records.entitlement(entitlementId)) {
    throw new ServiceError(
      Code.NotFound,
      `--external-resource-entitlement-id-filter: the external file has no entitlement ${entitlementId}`,
      { reason: 'no_external_entitlement' },
    );
  }
  const resources = new Map<string, Resource>();
  for (const { message } of records.grantRowsOf(entitlementId)) {
    const id = message.principal?.id;
    const resource = id && records.resource(id)?.message;
    if (resource) resources.set(`${id.resourceType}\n${id.resource}`, resource);
  }
  const typeIds = new Set(Array.from(resources.values(), ({ id }) => id?.resourceType));
  return { types: types.filter(({ id }) => typeIds.has(id)), resources: [...resources.values()] };
}

function copyEntitlements(principal: Resource, { records }: ExternalResources, { store }: SyncContext): void {
  const { id } = principal;
  if (!id) return;
  const entitlements = Array.from(records.entitlementsOf(id), (entitlement) => ({
    ...entitlement,
    annotations: withAnnotation(entitlement.annotations, EntitlementImmutableSchema),
  }));
  if (entitlements.length === 0) return;
  store.putEntitlements(entitlements);
  for (const entitlement of entitlements) {
    if (entitlement.resource && carries(entitlement.resource, SkipGrantsSchema)) continue;
    store.putGrants(
      records.grantRowsOf(entitlement.id).map(({ message }) => ({
        ...message,
        annotations: withAnnotation(message.annotations, GrantImmutableSchema),
      })),
    );
  }
}

function countByType(resources: readonly Resource[]): Record<string, number> {
  const byType = Map.groupBy(resources, ({ id }) => id?.resourceType ?? '');
  return Object.fromEntries(Array.from(byType, ([type, { length }]) => [type, length]));
}
