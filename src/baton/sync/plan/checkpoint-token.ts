// A state as a checkpoint: the JSON that the Go syncer stores in `sync_runs.sync_token`, and reads from there.
import { z } from 'zod';
import { type ActionInit, operations, type SyncAction } from './sync-action.ts';
import { SyncState } from './sync-state.ts';

const version = 1;
/**
 * The version of a checkpoint with type-scoped or enqueued actions. Syncers that do not know them do not know the version
 * either, and start over instead of skipping them (pkg/sync/state.go of baton-sdk v0.25.0).
 */
const versionWithTypeScopes = 2;

const text = z.string().default('');
const flag = z.boolean().default(false);

/** Keys as in Go. What is empty, false or 0 is left out. */
const actionSchema = z.object({
  id: z.string().regex(/^\d{10,20}$/),
  operation: z.enum(operations),
  page_token: text,
  resource_type_id: text,
  resource_id: text,
  parent_resource_type_id: text,
  parent_resource_id: text,
  spawned: flag,
  type_scoped: flag,
  type_scoped_planned: flag,
});

const tokenSchema = z.looseObject({
  actions_map: z.record(z.string(), actionSchema).default({}),
  action_order: z.array(z.string()).default([]),
  current_action_id: z.int().nonnegative().default(0),
  needs_expansion: flag,
  /** The graph of an older Go syncer. Expansion starts over without it. */
  entitlement_graph: z.unknown().optional(),
  has_external_resource_grants: flag,
  should_fetch_related_resources: flag,
  should_skip_entitlements_and_grants: flag,
  should_skip_grants: flag,
  completed_actions_count: z.int().nonnegative().default(0),
  version: z.union([z.literal(version), z.literal(versionWithTypeScopes)]),
});

/** The checkpoint of a state. Its keys are in the order in which Go writes them. */
export function toCheckpointToken(state: SyncState): string {
  const actions = [...state.upcoming()].reverse();
  const hasTypeScopes = actions.some((action) => action.typeScoped || action.spawned || action.typeScopedPlanned);
  const { flags } = state;
  return JSON.stringify({
    ...(actions.length > 0 && {
      actions_map: Object.fromEntries(actions.map((action) => [action.id, toJson(action)])),
      action_order: actions.map(({ id }) => id),
    }),
    ...given({
      current_action_id: state.actionsPushed,
      needs_expansion: flags.needsExpansion,
      has_external_resource_grants: flags.hasExternalResourceGrants,
      should_fetch_related_resources: flags.shouldFetchRelatedResources,
      should_skip_entitlements_and_grants: flags.shouldSkipEntitlementsAndGrants,
      should_skip_grants: flags.shouldSkipGrants,
      completed_actions_count: state.actionsCompleted,
    }),
    ...state.others,
    version: hasTypeScopes ? versionWithTypeScopes : version,
  });
}

/** Reads a checkpoint; undefined if it is not one that this program can continue from. */
export function readCheckpointToken(token: string): SyncState | undefined {
  const parsed = tokenSchema.safeParse(parseJson(token));
  if (!parsed.success) return undefined;
  const {
    actions_map,
    action_order,
    current_action_id,
    needs_expansion,
    entitlement_graph: _,
    has_external_resource_grants,
    should_fetch_related_resources,
    should_skip_entitlements_and_grants,
    should_skip_grants,
    completed_actions_count,
    version: __,
    ...others
  } = parsed.data;
  const actions: SyncAction[] = [];
  for (const id of action_order) {
    const action = actions_map[id];
    const last = actions.at(-1);
    if (action?.id !== id || Number(id) >= current_action_id || (last && last.id >= id)) return undefined;
    actions.push(fromJson(action));
  }
  return new SyncState({
    actions,
    actionsPushed: current_action_id,
    actionsCompleted: completed_actions_count,
    flags: {
      needsExpansion: needs_expansion,
      hasExternalResourceGrants: has_external_resource_grants,
      shouldFetchRelatedResources: should_fetch_related_resources,
      shouldSkipEntitlementsAndGrants: should_skip_entitlements_and_grants,
      shouldSkipGrants: should_skip_grants,
    },
    others,
  });
}

function toJson(action: SyncAction): Record<string, string | boolean> {
  return {
    id: action.id,
    operation: action.operation,
    ...given({
      page_token: pageTokenOf(action),
      resource_type_id: action.resourceTypeId,
      resource_id: action.resourceId,
      parent_resource_type_id: action.parentResourceTypeId,
      parent_resource_id: action.parentResourceId,
      spawned: action.spawned,
      type_scoped: action.typeScoped,
      type_scoped_planned: action.typeScopedPlanned,
    }),
  };
}

function fromJson(json: z.infer<typeof actionSchema>): SyncAction {
  return withoutExpansionToken({
    id: json.id,
    operation: json.operation,
    pageToken: json.page_token,
    resourceTypeId: json.resource_type_id,
    resourceId: json.resource_id,
    parentResourceTypeId: json.parent_resource_type_id,
    parentResourceId: json.parent_resource_id,
    spawned: json.spawned,
    typeScoped: json.type_scoped,
    typeScopedPlanned: json.type_scoped_planned,
  });
}

/** A position in the loading of a graph that the checkpoint does not contain would lose the edges before it. */
function pageTokenOf({ operation, pageToken }: ActionInit): string {
  return operation === 'grant-expansion' ? '' : pageToken;
}

function withoutExpansionToken(action: SyncAction): SyncAction {
  return { ...action, pageToken: pageTokenOf(action) };
}

/** Without the fields that Go leaves out. */
function given<Value extends string | number | boolean>(fields: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
}

function parseJson(token: string): unknown {
  try {
    return JSON.parse(token);
  } catch {
    return undefined;
  }
}
