// Encrypts a secret for each key that the caller sent.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type EncryptedData, EncryptedDataSchema, type EncryptionConfig } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import { ageScheme, encryptForAge } from './age-encryption.ts';
import { encryptForJwk, jwkScheme } from './jwk-encryption.ts';

interface Secret {
  /** Its kind, such as `password`. */
  readonly name: string;
  readonly description: string;
  readonly bytes: Uint8Array;
}

/** Encrypts with one scheme: everything of the result but name and description. */
type Encrypt = (
  config: EncryptionConfig['config'],
  secret: Uint8Array,
) => Promise<MessageInitShape<typeof EncryptedDataSchema>>;

const encryptJwk: Encrypt = ({ case: kind, value }, secret) => {
  if (kind !== 'jwkPublicKeyConfig') throw missing('jwk_public_key_config', jwkScheme);
  return encryptForJwk(value.pubKey, secret);
};

const encryptAge: Encrypt = ({ case: kind, value }, secret) => {
  if (kind !== 'ageRecipientConfig') throw missing('age_recipient_config', ageScheme);
  return encryptForAge(value.recipient, secret);
};

/** The schemes by the providers that a config can name (pkg/crypto/providers/registry.go of baton-sdk v0.25.0). */
const schemes: ReadonlyMap<string, Encrypt> = new Map([
  [jwkScheme, encryptJwk],
  [`${jwkScheme}/private`, encryptJwk],
  [ageScheme, encryptAge],
]);

/**
 * Encrypts a secret once for each config.
 * @throws ServiceError INVALID_ARGUMENT that names the unusable config by its index and shows nothing of it.
 */
export async function encryptSecret(
  { name, description, bytes }: Secret,
  configs: readonly EncryptionConfig[],
): Promise<EncryptedData[]> {
  const encrypted: EncryptedData[] = [];
  for (const [index, config] of configs.entries()) {
    encrypted.push(create(EncryptedDataSchema, { ...(await encryptFor(config, index, bytes)), name, description }));
  }
  return encrypted;
}

async function encryptFor({ provider, config }: EncryptionConfig, index: number, secret: Uint8Array) {
  try {
    return await findScheme(provider, config)(config, secret);
  } catch (cause) {
    const fault = cause instanceof ServiceError ? cause.rawMessage : 'has an unusable key';
    throw new ServiceError(Code.InvalidArgument, `encryption_configs[${index}]: ${fault}`, {
      reason: 'invalid_encryption_config',
      cause,
    });
  }
}

/** By provider, or else by the kind of key. */
function findScheme(provider: string, { case: kind }: EncryptionConfig['config']): Encrypt {
  const name = provider.trim().toLowerCase();
  if (name === '' && kind === undefined) {
    throw invalid('has neither a provider nor a key');
  }
  const scheme = name === '' ? (kind === 'ageRecipientConfig' ? encryptAge : encryptJwk) : schemes.get(name);
  if (!scheme) {
    throw invalid(`has the unknown provider ${JSON.stringify(provider)}; valid providers: ${jwkScheme}, ${ageScheme}`);
  }
  return scheme;
}

function missing(field: string, scheme: string): ServiceError {
  return invalid(`lacks ${field}, which ${scheme} needs`);
}

function invalid(fault: string): ServiceError {
  return new ServiceError(Code.InvalidArgument, fault, { reason: 'invalid_encryption_config' });
}
