// Plans the steps of a sync.
import { type ActionInit, action } from './plan/sync-action.ts';
import type { Outcome } from './plan/sync-state.ts';
import type { SyncContext, SyncTarget } from './sync-context.ts';

/** The steps, as the Go syncer plans them (pkg/sync of baton-sdk v0.25.0). The flags keep what they leave out. */
export function planSync({ state, targets, skipEntitlementsAndGrants, skipGrants = false }: SyncContext): Outcome {
  state.flags.shouldSkipEntitlementsAndGrants = skipEntitlementsAndGrants;
  state.flags.shouldSkipGrants = skipGrants;
  state.flags.shouldFetchRelatedResources = targets !== undefined;
  const actions = [action('list-resource-types')];
  if (targets) {
    actions.push(...targets.map(targetAction));
  } else {
    actions.push(action('list-resources'));
  }
  if (!skipEntitlementsAndGrants) {
    actions.push(action('list-static-entitlements'), action('list-entitlements'));
    if (!skipGrants) actions.push(action('list-grants'));
    // A targeted sync lacks what other resources' grants would be expanded to.
    if (!targets) actions.push(action('grant-expansion'));
  }
  return { nextPageToken: '', actions };
}

function targetAction({ id, parentResourceId: parent }: SyncTarget): ActionInit {
  return action('targeted-resource-sync', {
    resourceTypeId: id?.resourceType ?? '',
    resourceId: id?.resource ?? '',
    parentResourceTypeId: parent?.resourceType ?? '',
    parentResourceId: parent?.resource ?? '',
  });
}
