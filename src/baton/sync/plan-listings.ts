// Plans how a step asks for entitlements or grants: once for a type, or once for each resource.
import { create, type DescMessage } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { SkipEntitlementsAndGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { type Resource, ResourceSchema, type ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import { type ActionInit, action, type Operation, type SyncAction } from './plan/sync-action.ts';
import type { Outcome } from './plan/sync-state.ts';
import type { SyncContext, SyncTarget } from './sync-context.ts';
import { carries } from './sync-step.ts';

/** Which of the stored resources are asked for something, and how. */
interface ListingRules {
  /** The annotation of a type that is asked as a whole. */
  readonly typeScope: DescMessage;
  /** Annotations of a type whose resources are not asked, besides SkipEntitlementsAndGrants. */
  readonly typeSkips: readonly DescMessage[];
  /** Annotations of a resource that is not asked, besides SkipEntitlementsAndGrants. */
  readonly resourceSkips: readonly DescMessage[];
}

/**
 * Plans listings of an operation for a part of the stored resources: those from the row that the page token names. First
 * come the type-scoped types. They are asked even if they have no resources, and even if they skip entitlements or grants:
 * then it is the connector that skips some. A targeted sync leaves them out, and asks for nothing but its targets.
 */
export function planListings(current: SyncAction, context: SyncContext, rules: ListingRules): Outcome {
  const { operation, pageToken, typeScopedPlanned } = current;
  const { store, state } = context;
  const types = context.types();
  const typeScoped =
    typeScopedPlanned || state.flags.shouldFetchRelatedResources
      ? []
      : typeScopedActions(operation, types, rules.typeScope);
  const typesInParts = types.filter((type) => !carriesAny(type, [rules.typeScope, ...rules.typeSkips]));
  const typeIds = typesInParts.map(({ id }) => id);
  const rows = context.targets
    ? targetRows(context.targets, context, typeIds)
    : store.records.resources({
        resourceTypeId: typeIds,
        afterRowId: pageToken === '' ? 0 : Number(pageToken) - 1,
      });
  const perResource = rows.flatMap((row) => {
    const resource = row.message;
    const { resourceType: resourceTypeId = '', resource: resourceId = '' } = resource.id ?? {};
    return carriesAny(resource, rules.resourceSkips) ? [] : [action(operation, { resourceTypeId, resourceId })];
  });
  const last = context.targets ? undefined : rows.at(-1);
  return {
    nextPageToken: last ? String(last.rowId + 1) : '',
    actions: [...typeScoped, ...perResource],
    typeScopedPlanned: true,
  };
}

/** The stored targets of some types, each once. */
function targetRows(targets: readonly SyncTarget[], { store }: SyncContext, typeIds: readonly string[]) {
  const rows = targets.flatMap(({ id }) =>
    id && typeIds.includes(id.resourceType) ? (store.records.resource(id) ?? []) : [],
  );
  return [...new Map(rows.map((row) => [row.rowId, row])).values()];
}

/** The listings of an operation that ask for whole types. */
export function typeScopedActions(
  operation: Operation,
  types: readonly ResourceType[],
  typeScope: DescMessage,
): readonly ActionInit[] {
  return types
    .filter((type) => carries(type, typeScope))
    .map(({ id }) => action(operation, { resourceTypeId: id, typeScoped: true }));
}

/** The fields of a list request that say whose entitlements or grants it is for. */
interface ListScope {
  readonly resource: Resource;
  readonly annotations: Any[];
}

/**
 * The resource that an action asks for; for a whole type a stub with the type's id in both places, and the annotation of
 * the type (pkg/sync/type_scoped.go of baton-sdk v0.25.0).
 */
export function scopeOf(current: ActionInit, { store }: SyncContext, typeScope: DescMessage): ListScope {
  const { typeScoped, resourceTypeId: resourceType, resourceId } = current;
  if (typeScoped) {
    const resource = create(ResourceSchema, { id: { resourceType, resource: resourceType } });
    return { resource, annotations: [anyPack(typeScope, create(typeScope))] };
  }
  const row = store.records.resource({ resourceType, resource: resourceId });
  if (!row) {
    throw new ServiceError(Code.Internal, `${resourceType} ${resourceId} is not among the stored resources`, {
      reason: 'unexpected_error',
    });
  }
  return { resource: row.message, annotations: [] };
}

function carriesAny(item: { readonly annotations: Any[] }, schemas: readonly DescMessage[]): boolean {
  return [SkipEntitlementsAndGrantsSchema, ...schemas].some((schema) => carries(item, schema));
}
