// What happens to fields and e-mails of an account that Percipio has no room for.
import { Code, type Context, ServiceError } from 'baton-connector-sdk';
import type { PercipioContext } from '../context.ts';
import type { AccountRequest } from './account-request.ts';
import { accountFields } from './account-schema.ts';

const shownFieldsMax = 20;
const shownFieldCharactersMax = 64;

/**
 * Nothing is dropped without a word: a field that Percipio does not have is a mistake in the mapping of attributes.
 * @throws ServiceError `unknown_account_field` INVALID_ARGUMENT, unless the operator wants such fields ignored.
 */
export function checkAccountFields(
  { unknownFields: names, otherEmails }: AccountRequest,
  { ignoresUnknownAccountFields }: PercipioContext,
  { reporter }: Context,
): void {
  if (otherEmails > 0) {
    const addresses = otherEmails === 1 ? 'e-mail address' : 'e-mail addresses';
    reporter.warn(`ignored ${otherEmails} additional ${addresses} of an account: Percipio stores only one`);
  }
  if (names.length === 0) return;
  const shown = names.slice(0, shownFieldsMax).map((name) => JSON.stringify(name.slice(0, shownFieldCharactersMax)));
  const more = names.length > shownFieldsMax ? ` and ${names.length - shownFieldsMax} more` : '';
  const listed = `${names.length > 1 ? 'fields' : 'field'} ${shown.join(', ')}${more}`;
  if (!ignoresUnknownAccountFields) {
    throw new ServiceError(
      Code.InvalidArgument,
      `Cannot create the account: unknown profile ${listed}; valid fields: ${accountFields.join(', ')}. Correct the request, or start the connector with --ignore-unknown-account-fields (BATON_IGNORE_UNKNOWN_ACCOUNT_FIELDS=true)`,
      { reason: 'unknown_account_field' },
    );
  }
  reporter.warn(`ignored the unknown profile ${listed} of an account; valid fields: ${accountFields.join(', ')}`);
}
