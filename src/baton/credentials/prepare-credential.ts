// Makes of the credential options of a request what an author sets, and what the caller gets to know of it.
import type {
  CredentialOptions,
  CredentialOptions_RandomPassword,
  EncryptedData,
  EncryptionConfig,
} from '#gen/c1/connector/v2/resource_pb.js';
import type { Credential, CredentialKind } from '../author/provisioner.ts';
import { Code, ServiceError } from '../author/service-error.ts';
import type { ClientKey } from './client-key.ts';
import { kindOfCase } from './credential-kind.ts';
import { makeUpPassword } from './random-password.ts';

export interface CredentialRequest {
  readonly options: CredentialOptions | undefined;
  readonly encryptionConfigs: readonly EncryptionConfig[];
  /** The kinds that the connector declares. */
  readonly supported: readonly CredentialKind[];
  readonly clientKey: ClientKey | undefined;
}

export interface PreparedCredential {
  /** Nothing where the caller leaves it to the connector. */
  readonly credential: Credential | undefined;
  /** The password that was made up, encrypted for the caller. Only for an answer that says that it was set. */
  readonly encrypted: readonly EncryptedData[];
}

/**
 * Checks and prepares all of it before anything is written: a password is encrypted first and set then, so that no
 * account is left with one that nobody can read. For the same reason a password is made up only where there is
 * someone to encrypt it for; the Go SDK makes one all the same, sets it and forgets it. Configs without a secret to
 * encrypt are not looked at, as in the Go SDK.
 * @throws ServiceError INVALID_ARGUMENT for what cannot be done with this request.
 */
export async function prepareCredential(request: CredentialRequest): Promise<PreparedCredential> {
  const { options, supported } = request;
  if (!options) return { credential: undefined, encrypted: [] };
  const { options: choice, forceChangeAtNextLogin: mustChange } = options;
  if (choice.case === undefined) {
    throw invalid('is there without a choice; leave it out for the way that the connector prefers', 'no_choice');
  }
  const kind = kindOfCase[choice.case];
  if (!supported.includes(kind)) {
    throw invalid(`asks for ${kind}, and this connector supports: ${supported.join(', ')}`, 'unsupported_credential');
  }
  switch (choice.case) {
    case 'noPassword':
      return { credential: { kind: 'no-password' }, encrypted: [] };
    case 'sso':
      return { credential: { kind: 'sso', provider: choice.value.ssoProvider }, encrypted: [] };
    case 'randomPassword': {
      const { password, encrypted } = await makeUp(choice.value, request.encryptionConfigs);
      return { credential: { kind: 'random-password', password, mustChange }, encrypted };
    }
    case 'encryptedPassword': {
      const password = await decrypt(choice.value.encryptedPasswords, request);
      return { credential: { kind: 'encrypted-password', password, mustChange }, encrypted: [] };
    }
  }
}

// Loading what encrypts costs some 100 ms, which few runs of the program have a use for: so it is loaded when needed.

async function makeUp(
  { length, constraints }: CredentialOptions_RandomPassword,
  configs: readonly EncryptionConfig[],
): Promise<{ password: string; encrypted: EncryptedData[] }> {
  if (configs.length === 0) {
    throw invalid(
      'asks for a random password without encryption_configs: nobody would know it',
      'no_encryption_configs',
    );
  }
  const password = makeUpPassword({ length: Number(length), constraints });
  const { encryptSecret } = await import('./encrypt-secret.ts');
  const secret = { name: 'password', description: 'The password of the account', bytes: Buffer.from(password) };
  return { password, encrypted: await encryptSecret(secret, configs) };
}

async function decrypt(
  passwords: readonly EncryptedData[],
  { encryptionConfigs, clientKey }: CredentialRequest,
): Promise<string> {
  if (encryptionConfigs.length > 0) {
    throw new ServiceError(
      Code.InvalidArgument,
      'encryption_configs must be empty where the caller chose the password: whoever chose it knows it',
      { reason: 'needless_encryption_configs' },
    );
  }
  if (!clientKey) {
    throw invalid(
      'holds an encrypted password, which only a connector with --client-secret can read',
      'no_client_secret',
    );
  }
  const { decryptPassword } = await import('./decrypt-password.ts');
  return await decryptPassword(passwords, clientKey);
}

function invalid(fault: string, reason: string): ServiceError {
  return new ServiceError(Code.InvalidArgument, `credential_options ${fault}`, { reason });
}
