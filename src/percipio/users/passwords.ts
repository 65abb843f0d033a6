// Passwords: which ones Percipio accepts, and how one is replaced.
import { Code, type Credential, type CredentialManager, ServiceError } from 'baton-connector-sdk';
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
      await changeAccount(percipio, userId, () => password, context);
    },
  };
}

/** A password to set. */
export interface NewPassword {
  readonly password: string;
  /** Whether the user must change it at the next sign-in. */
  readonly mustResetPassword: boolean;
}

/**
 * The password to set; undefined for a user who signs in without one.
 * @throws ServiceError `weak_password` INVALID_ARGUMENT where Percipio would refuse it.
 */
export function passwordOf(credential: Credential | undefined): NewPassword | undefined {
  if (credential === undefined || !('password' in credential)) return undefined;
  if (!isStrong(credential.password)) {
    throw new ServiceError(
      Code.InvalidArgument,
      'a Percipio password needs at least 8 characters of at least 3 kinds: lower case, upper case, digits, special characters',
      { reason: 'weak_password' },
    );
  }
  return { password: credential.password, mustResetPassword: credential.mustChange };
}

const charactersMin = 8;
const classesMin = 3;
const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}]/u];

/** Percipio's own rule, checked before a request is made. */
function isStrong(password: string): boolean {
  const isLong = [...password].length >= charactersMin;
  return isLong && classes.filter((characters) => characters.test(password)).length >= classesMin;
}
