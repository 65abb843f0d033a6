// Plans the steps of a sync.
import { action } from './plan/sync-action.ts';
import type { Outcome } from './plan/sync-state.ts';
import type { SyncContext } from './sync-context.ts';
import { targetActions } from './sync-targets.ts';

/**
 * The steps, as the Go syncer plans them (pkg/sync of baton-sdk v0.25.0). The flags keep what they leave out. A targeted
 * sync reads no static entitlements, and expands nothing: it lacks what other resources' grants would be expanded to.
 */
export function planSync(context: SyncContext): Outcome {
  const { state, targets, skipEntitlementsAndGrants, skipGrants = false, external } = context;
  state.flags.shouldSkipEntitlementsAndGrants = skipEntitlementsAndGrants;
  state.flags.shouldSkipGrants = skipGrants;
  state.flags.shouldFetchRelatedResources = targets !== undefined;
  const resources = targets ? targetActions(targets, context) : [action('list-resources')];
  const actions = [action('list-resource-types'), ...resources];
  if (!skipEntitlementsAndGrants) {
    if (!targets) actions.push(action('list-static-entitlements'));
    actions.push(action('list-entitlements'));
    if (!skipGrants) actions.push(action('list-grants'));
  }
  if (!targets && external) actions.push(action('list-external-resources'));
  if (!targets && !skipEntitlementsAndGrants) actions.push(action('grant-expansion'));
  return { nextPageToken: '', actions };
}
