// Encrypts a secret for everyone whom the caller named.
import { create } from '@bufbuild/protobuf';
import { type EncryptedData, EncryptedDataSchema, type EncryptionConfig } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import { ageScheme, encryptForAge } from './age-encryption.ts';
import type { Ciphertext } from './ciphertext.ts';
import { encryptForJwk, jwkScheme } from './jwk-encryption.ts';

export interface Secret {
  /** What it is, for example `password`. */
  readonly name: string;
  readonly description: string;
  readonly bytes: Uint8Array;
}

type Encrypt = (config: EncryptionConfig['config'], secret: Uint8Array) => Promise<Ciphertext>;

const encryptJwk: Encrypt = ({ case: kind, value }, secret) => {
  if (kind !== 'jwkPublicKeyConfig') throw missing('jwk_public_key_config', jwkScheme);
  return encryptForJwk(value.pubKey, secret);
};

const encryptAge: Encrypt = ({ case: kind, value }, secret) => {
  if (kind !== 'ageRecipientConfig') throw missing('age_recipient_config', ageScheme);
  return encryptForAge(value.recipient, secret);
};

/** The schemes by the names that a config can give them (pkg/crypto/providers/registry.go of baton-sdk v0.25.0). */
const schemes: ReadonlyMap<string, Encrypt> = new Map([
  [jwkScheme, encryptJwk],
  [`${jwkScheme}/private`, encryptJwk],
  [ageScheme, encryptAge],
]);

/**
 * Encrypts a secret once for each config.
 * @throws ServiceError INVALID_ARGUMENT that says which config cannot be encrypted for, and shows none of it.
 */
export async function encryptSecret(
  { name, description, bytes }: Secret,
  configs: readonly EncryptionConfig[],
): Promise<EncryptedData[]> {
  const encrypted: EncryptedData[] = [];
  for (const [index, config] of configs.entries()) {
    const { scheme, bytes: encryptedBytes, keyId, keyIds } = await encryptFor(config, index, bytes);
    encrypted.push(
      create(EncryptedDataSchema, {
        provider: scheme,
        keyId,
        name,
        description,
        encryptedBytes,
        keyIds: [...keyIds],
      }),
    );
  }
  return encrypted;
}

async function encryptFor(
  { provider, config }: EncryptionConfig,
  index: number,
  secret: Uint8Array,
): Promise<Ciphertext> {
  try {
    return await findScheme(provider, config)(config, secret);
  } catch (cause) {
    const fault = cause instanceof ServiceError ? cause.rawMessage : 'holds a key that nothing can be encrypted for';
    throw new ServiceError(Code.InvalidArgument, `encryption_configs[${index}]: ${fault}`, {
      reason: 'invalid_encryption_config',
      cause,
    });
  }
}

/** By name, or else by the kind of key. */
function findScheme(provider: string, { case: kind }: EncryptionConfig['config']): Encrypt {
  const name = provider.trim().toLowerCase();
  if (name === '' && kind === undefined) {
    throw invalid('has neither a provider nor a key');
  }
  const scheme = name === '' ? (kind === 'ageRecipientConfig' ? encryptAge : encryptJwk) : schemes.get(name);
  if (!scheme) {
    throw invalid(`names the provider ${JSON.stringify(provider)}; known are ${jwkScheme} and ${ageScheme}`);
  }
  return scheme;
}

function missing(field: string, scheme: string): ServiceError {
  return invalid(`lacks ${field}, which ${scheme} needs`);
}

function invalid(fault: string): ServiceError {
  return new ServiceError(Code.InvalidArgument, fault, { reason: 'invalid_encryption_config' });
}
