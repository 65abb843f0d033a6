// Turns the credential options of a request into what the connector must set and what the caller learns.
import type {
  CredentialOptions,
  CredentialOptions_RandomPassword,
  EncryptedData,
  EncryptionConfig,
} from '#gen/c1/connector/v2/resource_pb.js';
import type { ErrorReason } from '../author/error-reasons.ts';
import type { Credential, CredentialKind } from '../author/provisioner.ts';
import { Code, ServiceError } from '../author/service-error.ts';
import { kindOfCase } from './credential-kind.ts';
import type { ClientKey } from './decrypt-password.ts';
import { generatePassword } from './random-password.ts';

export interface CredentialRequest {
  readonly options: CredentialOptions | undefined;
  readonly encryptionConfigs: readonly EncryptionConfig[];
  /** The kinds that the connector declares. */
  readonly supported: readonly CredentialKind[];
  readonly clientKey: ClientKey | undefined;
}

interface PreparedCredential {
  /** Undefined where the caller leaves it to the connector. */
  readonly credential: Credential | undefined;
  /** The generated password, encrypted for the caller. Only for a response that says that it was set. */
  readonly encrypted: readonly EncryptedData[];
}

/**
 * Checks and prepares everything before anything is written: a password is encrypted before it is set, so that no
 * account gets one that nobody can read. For the same reason a password is generated only if it can be encrypted for
 * someone; the Go SDK generates one anyway, sets it and forgets it. As in the Go SDK, encryption configs are ignored
 * when there is no secret to encrypt.
 * @throws ServiceError INVALID_ARGUMENT for an invalid request.
 */
export async function prepareCredential(request: CredentialRequest): Promise<PreparedCredential> {
  const { options, supported } = request;
  if (!options) return { credential: undefined, encrypted: [] };
  const { options: choice, forceChangeAtNextLogin: mustChange } = options;
  if (choice.case === undefined) {
    throw invalid('has no option; omit it to let the connector choose', 'no_choice');
  }
  const kind = kindOfCase[choice.case];
  if (!supported.includes(kind)) {
    throw invalid(`requests ${kind}; this connector supports: ${supported.join(', ')}`, 'unsupported_credential');
  }
  switch (choice.case) {
    case 'noPassword':
      return { credential: { kind: 'no-password' }, encrypted: [] };
    case 'sso':
      return { credential: { kind: 'sso', provider: choice.value.ssoProvider }, encrypted: [] };
    case 'randomPassword': {
      const { password, encrypted } = await generate(choice.value, request.encryptionConfigs);
      return { credential: { kind: 'random-password', password, mustChange }, encrypted };
    }
    case 'encryptedPassword': {
      const password = await decrypt(choice.value.encryptedPasswords, request);
      return { credential: { kind: 'encrypted-password', password, mustChange }, encrypted: [] };
    }
  }
}

// The encryption is loaded when it is needed: loading takes some 100 ms, and few runs of the program need it.

async function generate(
  { length, constraints }: CredentialOptions_RandomPassword,
  configs: readonly EncryptionConfig[],
): Promise<{ password: string; encrypted: EncryptedData[] }> {
  if (configs.length === 0) {
    throw invalid(
      'requests a random password without encryption_configs: nobody could read it',
      'no_encryption_configs',
    );
  }
  const password = generatePassword({ length: Number(length), constraints });
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
      'encryption_configs must be empty for an encrypted password: the caller knows it already',
      { reason: 'needless_encryption_configs' },
    );
  }
  if (!clientKey) {
    throw invalid(
      'contains an encrypted password, which only a connector with --client-secret can decrypt',
      'no_client_secret',
    );
  }
  const { decryptPassword } = await import('./decrypt-password.ts');
  return await decryptPassword(passwords, clientKey);
}

function invalid(fault: string, reason: ErrorReason): ServiceError {
  return new ServiceError(Code.InvalidArgument, `credential_options ${fault}`, { reason });
}
