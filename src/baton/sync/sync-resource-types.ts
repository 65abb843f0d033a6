// The step of resource types.
import type { ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import type { SyncContext } from './sync-context.ts';
import { receivePage, type Step } from './sync-step.ts';

/** Stores the types that the sync selects. */
export const resourceTypesStep: Step = {
  phase: 'resource types',
  call: async (action, context) => {
    const { resourceTypes, store } = context;
    const page = await resourceTypes.listResourceTypes({ pageToken: action.pageToken, activeSyncId: store.syncId });
    return receivePage(action, page, page.list, () => {
      storeTypes(page.list, context);
      if (page.nextPageToken === '') checkSelection(context);
      return [];
    });
  },
};

function storeTypes(list: readonly ResourceType[], context: SyncContext): void {
  const { store, resourceTypeIds, listedTypeIds, observer } = context;
  const usable = list.filter(({ id }) => id !== '');
  if (usable.length < list.length) {
    observer.countSkipped('resource types without an id', list.length - usable.length);
  }
  for (const { id } of usable) listedTypeIds.add(id);
  const selected = resourceTypeIds.length === 0 ? usable : usable.filter(({ id }) => resourceTypeIds.includes(id));
  store.putResourceTypes(selected);
  observer.pageWritten('resource types', { 'resource type': selected.length });
}

/** @throws ServiceError INVALID_ARGUMENT if a selected type is not among the connector's. */
function checkSelection(context: SyncContext): void {
  const synced = new Set(Array.from(context.store.records.allResourceTypes(), ({ id }) => id));
  const unknown = context.resourceTypeIds.filter((id) => !synced.has(id));
  if (unknown.length === 0) return;
  const known = [...context.listedTypeIds].join(', ');
  throw new ServiceError(
    Code.InvalidArgument,
    `--sync-resource-types: invalid resource type ${unknown.map((id) => `'${id}'`).join(', ')} in filter; this connector has: ${known}`,
    { reason: 'unknown_resource_type' },
  );
}

/**
 * Checks that a run that another program began has the types that this sync selects, if it is past their step.
 * @throws ServiceError FAILED_PRECONDITION if not.
 */
export async function checkTypes({ state, store, resourceTypes, resourceTypeIds }: SyncContext): Promise<void> {
  if ([...state.upcoming()].some(({ operation }) => operation === 'init' || operation === 'list-resource-types'))
    return;
  const selected = new Set<string>();
  let pageToken = '';
  do {
    const page = await resourceTypes.listResourceTypes({ pageToken, activeSyncId: store.syncId });
    for (const { id } of page.list) if (resourceTypeIds.length === 0 || resourceTypeIds.includes(id)) selected.add(id);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  const stored = new Set(Array.from(store.records.allResourceTypes(), ({ id }) => id));
  if (selected.symmetricDifference(stored).size === 0) return;
  throw new ServiceError(Code.FailedPrecondition, 'the unfinished sync in the file is of other resource types', {
    reason: 'unfinished_sync_differs',
  });
}
