// Goes through the resources that a sync has stored, some at a time.
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { SyncStore } from './sync-store.ts';

/** Rows read at a time: enough to make the query cheap, few enough to hold. */
const batchRows = 500;

export function* storedResources(store: SyncStore, resourceTypeId: string): Generator<Resource> {
  let afterRowId = 0;
  for (;;) {
    const batch = store.listResources(resourceTypeId, afterRowId, batchRows);
    for (const { rowId, resource } of batch) {
      afterRowId = rowId;
      yield resource;
    }
    if (batch.length < batchRows) {
      return;
    }
  }
}
