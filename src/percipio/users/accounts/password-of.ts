// The password that a credential asks for.
import { Code, type Credential, refusal, ServiceError } from 'baton-connector-sdk';
import { findPasswordFault } from './password-rule.ts';

/**
 * The password to set; nothing for people who sign in without one.
 * @throws ServiceError when Percipio would not take it, or cannot do what is asked for beside it.
 */
export function passwordOf(credential: Credential | undefined): string | undefined {
  if (credential === undefined || !('password' in credential)) return undefined;
  const fault = findPasswordFault(credential.password);
  if (fault !== undefined) {
    throw new ServiceError(Code.InvalidArgument, fault, { reason: 'weak_password' });
  }
  if (credential.mustChange) {
    throw refusal(
      "Percipio's API cannot have a person choose another password when signing in next. Ask without it, and have them change it in their profile",
      'password_change_not_forcible',
    );
  }
  return credential.password;
}
