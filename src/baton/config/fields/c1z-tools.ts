// Settings that make the program work on c1z files that exist, instead of a sync.
import { boolField, stringField, stringSliceField } from '../create-field.ts';

const common = {
  hidden: true,
  exportTarget: 'none',
  unsupported: { answer: 'refuse', because: 'this version compares and merges no c1z files' },
} as const;

export const diffSyncs = boolField({
  ...common,
  name: 'diff-syncs',
  description: 'Writes the difference between two syncs of a file',
});
export const baseSyncId = stringField({ ...common, name: 'base-sync-id', description: 'Id of the former sync' });
export const appliedSyncId = stringField({ ...common, name: 'applied-sync-id', description: 'Id of the later sync' });

export const compactSyncs = boolField({
  ...common,
  name: 'compact-syncs',
  description: 'Merges the syncs of several files',
});
export const compactSyncIds = stringSliceField({
  ...common,
  name: 'compact-sync-ids',
  description: 'Ids of the syncs to merge, in the order of their files',
});
export const compactFilePaths = stringSliceField({
  ...common,
  name: 'compact-file-paths',
  description: 'Files whose syncs are merged',
});
export const compactOutputPath = stringField({
  ...common,
  name: 'compact-output-path',
  description: 'Directory for the merged file',
});

export const c1zToolFields = [
  diffSyncs,
  baseSyncId,
  appliedSyncId,
  compactSyncs,
  compactSyncIds,
  compactFilePaths,
  compactOutputPath,
];
