// Settings of the commands that look into a file.
import { stringField } from '../create-field.ts';

export const syncToShow = stringField({
  name: 'sync',
  description: 'Id of the sync to look at, or the beginning of its id (default: the last full one)',
  exportTarget: 'none',
});
