// The setting that says where a password goes that a job has made up.
import { stringField } from '../../config/create-field.ts';

/** A flag of this program alone: Go connectors tell nobody the password. */
export const passwordFile = stringField({
  name: 'password-file',
  description: 'A new file for the password of --create-account-login or --rotate-credentials, which is never printed',
  pathTo: 'file',
  hidden: true,
  exportTarget: 'none',
});
