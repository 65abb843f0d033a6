// Settings that make the program process existing c1z files instead of syncing.
import { boolField, stringField, stringSliceField } from '../create-field.ts';

const common = {
  hidden: true,
  exportTarget: 'none',
  unsupported: { answer: 'refuse', because: 'this version does not compare or merge c1z files' },
} as const;

export const diffSyncs = boolField({
  ...common,
  name: 'diff-syncs',
  description: 'Write the difference between two syncs of a file',
});
export const baseSyncId = stringField({ ...common, name: 'base-sync-id', description: 'Id of the earlier sync' });
export const appliedSyncId = stringField({ ...common, name: 'applied-sync-id', description: 'Id of the later sync' });

export const compactSyncs = boolField({
  ...common,
  name: 'compact-syncs',
  description: 'Merge the syncs of several files',
});
export const compactSyncIds = stringSliceField({
  ...common,
  name: 'compact-sync-ids',
  description: 'Ids of the syncs to merge, in the order of their files',
});
export const compactFilePaths = stringSliceField({
  ...common,
  name: 'compact-file-paths',
  description: 'Files whose syncs to merge',
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
