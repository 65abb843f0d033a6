// An encryption config for a key.
import type { KeyObject } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { type EncryptionConfig, EncryptionConfigSchema } from '#gen/c1/connector/v2/resource_pb.js';

/** @param provider - Empty: the kind of key says it. */
export function configFor(publicKey: KeyObject, provider = ''): EncryptionConfig {
  return configOf(publicKey.export({ format: 'jwk' }), provider);
}

/** @param jwk - Anything; what is neither text nor bytes is written as JSON. */
export function configOf(jwk: unknown, provider = ''): EncryptionConfig {
  const pubKey = jwk instanceof Uint8Array ? jwk : Buffer.from(typeof jwk === 'string' ? jwk : JSON.stringify(jwk));
  return create(EncryptionConfigSchema, { provider, config: { case: 'jwkPublicKeyConfig', value: { pubKey } } });
}

export function configForAge(recipient: string, provider = ''): EncryptionConfig {
  return create(EncryptionConfigSchema, { provider, config: { case: 'ageRecipientConfig', value: { recipient } } });
}
