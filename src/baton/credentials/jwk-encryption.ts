// Encryption for a JSON Web Key: scheme `baton/jwk/v1` (pkg/crypto/providers/jwk of baton-sdk v0.25.0).
import type { KeyObject } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import type { EncryptedDataSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { decryptAgeFile, encryptAgeFile } from './age-encryption.ts';
import { sshEd25519Identity, sshEd25519Recipient } from './age-ssh-ed25519.ts';
import { sshRsaRecipient } from './age-ssh-rsa.ts';
import { jwkThumbprint } from './jwk-thumbprint.ts';
import { readPublicJwk } from './public-jwk.ts';

export const jwkScheme = 'baton/jwk/v1';

/**
 * Encrypts for a key: an age file for Ed25519 and RSA, a compact JWE for EC, in base64.
 * @param publicJwk - The key as JSON.
 * @throws ServiceError INVALID_ARGUMENT, or an Error, for an unusable key.
 */
export async function encryptForJwk(
  publicJwk: Uint8Array,
  secret: Uint8Array,
): Promise<MessageInitShape<typeof EncryptedDataSchema>> {
  const key = readPublicJwk(publicJwk);
  const keyId = await jwkThumbprint(key);
  const bytes = Buffer.from(await encryptForKey(key, secret)).toString('base64');
  // The deprecated `key_id` is set too, as by the Go SDK.
  return { provider: jwkScheme, encryptedBytes: Buffer.from(bytes), keyId, keyIds: [keyId] };
}

async function encryptForKey(key: KeyObject, secret: Uint8Array): Promise<Uint8Array> {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return await encryptAgeFile(sshEd25519Recipient(key), secret);
    case 'rsa':
      return await encryptAgeFile(sshRsaRecipient(key), secret);
    default: {
      const jwe = new CompactEncrypt(secret).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' });
      return Buffer.from(await jwe.encrypt(key));
    }
  }
}

/**
 * Decrypts what {@link encryptForJwk} encrypted for an Ed25519 key.
 * @param text - `encrypted_bytes` of EncryptedData.
 * @throws Error when it is for another key or was changed.
 */
export async function decryptForEd25519(text: Uint8Array, key: KeyObject): Promise<Uint8Array> {
  const base64 = Buffer.from(text).toString('latin1');
  // Buffer silently drops characters outside the alphabet.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw new Error('encrypted_bytes is not base64');
  }
  return await decryptAgeFile(sshEd25519Identity(key), Buffer.from(base64, 'base64'));
}
