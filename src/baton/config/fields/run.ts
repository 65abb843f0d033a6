// Settings of the default command that Go connectors do not have.
import { choiceField, stringField } from '../create-field.ts';

export const output = choiceField({
  name: 'output',
  description: 'How the result is printed: text for people, json for scripts',
  oneOf: ['text', 'json'],
  default: 'text',
  exportTarget: 'none',
});

/** Go connectors show nobody the password. */
export const passwordFile = stringField({
  name: 'password-file',
  description: 'A new file for the password of --create-account-login or --rotate-credentials, which is never printed',
  pathTo: 'file',
  hidden: true,
  exportTarget: 'none',
});
