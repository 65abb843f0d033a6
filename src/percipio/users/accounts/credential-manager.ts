// Replaces the passwords of people.
import { Code, type CredentialManager, ServiceError } from 'baton-connector-sdk';
import type { PercipioContext } from '../../context.ts';
import { changeAccount } from './change-account.ts';
import { passwordOf } from './password-of.ts';
import { parseUserId } from './user-id.ts';

/** An inactive person gets the new password too: so the old one is of no use when they come back. */
export function createCredentialManager(percipio: PercipioContext): CredentialManager {
  return {
    credentialOptions: ['random-password', 'encrypted-password'],
    rotate: async ({ id, credential }, context) => {
      const userId = parseUserId(id.resource);
      const password = passwordOf(credential);
      if (password === undefined) {
        throw new ServiceError(Code.InvalidArgument, 'credential_options: a password is what can be rotated here', {
          reason: 'unsupported_credential',
        });
      }
      await changeAccount(percipio, userId, () => ({ password }), context);
    },
  };
}
