// What a sync consists of: actions, each of which is one listing with its position, or plans others.

/**
 * The operations, by their names in a checkpoint (pkg/sync/state.go of baton-sdk v0.25.0). Those of Go's that are missing
 * here are never scheduled by it.
 */
export const operations = [
  'init',
  'list-resource-types',
  'list-resources',
  'targeted-resource-sync',
  'list-static-entitlements',
  'list-entitlements',
  'list-grants',
  'list-external-resources',
  'grant-expansion',
] as const;
export type Operation = (typeof operations)[number];

/** What an action does. Absent ids are empty strings. */
export interface ActionInit {
  readonly operation: Operation;
  /** The next page to request; of an action that plans others, the next row of the store to plan for. Empty: the first. */
  readonly pageToken: string;
  /** Empty for an action that plans those of each type or resource. */
  readonly resourceTypeId: string;
  /** The resource whose entitlements or grants are listed, or that is fetched. */
  readonly resourceId: string;
  /** Below which resource is listed. */
  readonly parentResourceTypeId: string;
  readonly parentResourceId: string;
  /** Whether a response asked for it (EnqueuePageTokens). */
  readonly spawned: boolean;
  /** Whether it lists for the whole type at once (TypeScopedEntitlements, TypeScopedGrants). */
  readonly typeScoped: boolean;
  /** Of an action that plans others: whether those of whole types have been planned. */
  readonly typeScopedPlanned: boolean;
}

/** An action of a plan. */
export interface SyncAction extends ActionInit {
  /** Ten digits. Later actions have higher ids. */
  readonly id: string;
}

/** An action of which only the given fields are set. */
export function action(operation: Operation, fields: Partial<Omit<ActionInit, 'operation'>> = {}): ActionInit {
  return {
    operation,
    pageToken: '',
    resourceTypeId: '',
    resourceId: '',
    parentResourceTypeId: '',
    parentResourceId: '',
    spawned: false,
    typeScoped: false,
    typeScopedPlanned: false,
    ...fields,
  };
}

/** One string for actions that make the same call. */
export function callKey(action: ActionInit): string {
  const { operation, typeScoped, resourceTypeId, resourceId, parentResourceTypeId, parentResourceId } = action;
  const parts = [operation, typeScoped, resourceTypeId, resourceId, parentResourceTypeId, parentResourceId];
  return JSON.stringify([...parts, action.pageToken]);
}
