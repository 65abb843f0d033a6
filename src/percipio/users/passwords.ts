// Passwords: which ones Percipio accepts, and how one is replaced.
import { Code, type Credential, type CredentialManager, refusal, ServiceError } from 'baton-connector-sdk';
import type { PercipioContext } from '../context.ts';
import { changeAccount } from './change-account.ts';
import { parseUserId } from './user-fields.ts';

/** Rotates passwords. An inactive user gets the new one too, so that the old one does not work after reactivation. */
export function createCredentialManager(percipio: PercipioContext): CredentialManager {
  return {
    credentialOptions: ['random-password', 'encrypted-password'],
    rotate: async ({ id, credential }, context) => {
      const userId = parseUserId(id.resource);
      const password = passwordOf(credential);
      if (password === undefined) {
        throw new ServiceError(Code.InvalidArgument, 'credential_options: only a password can be rotated', {
          reason: 'unsupported_credential',
        });
      }
      await changeAccount(percipio, userId, () => ({ password }), context);
    },
  };
}

/**
 * The password to set; undefined for a user who signs in without one.
 * @throws ServiceError `weak_password` INVALID_ARGUMENT where Percipio would refuse it, `password_change_not_forcible`
 * FAILED_PRECONDITION where the user must change it at the next sign-in.
 */
export function passwordOf(credential: Credential | undefined): string | undefined {
  if (credential === undefined || !('password' in credential)) return undefined;
  if (!isStrong(credential.password)) {
    throw new ServiceError(
      Code.InvalidArgument,
      'a Percipio password needs at least 8 characters of at least 3 kinds: lower case, upper case, digits, special characters',
      { reason: 'weak_password' },
    );
  }
  if (credential.mustChange) {
    throw refusal(
      "Percipio's API cannot force a password change at the next sign-in. Repeat the request without it, and ask the user to change the password in their profile",
      'password_change_not_forcible',
    );
  }
  return credential.password;
}

const charactersMin = 8;
const classesMin = 3;
const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}]/u];

/** Percipio's own rule, checked before a request is made. */
function isStrong(password: string): boolean {
  const isLong = [...password].length >= charactersMin;
  return isLong && classes.filter((characters) => characters.test(password)).length >= classesMin;
}
