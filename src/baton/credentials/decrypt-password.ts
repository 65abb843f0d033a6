// Decrypts a password that a caller chose.
import type { EncryptedData } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import type { ClientKey } from './client-key.ts';
import { decryptForEd25519 } from './jwk-encryption.ts';

/**
 * The password out of the first of `encrypted` that is for `clientKey`. Codes are those of the Go SDK (pkg/crypto of
 * baton-sdk v0.25.0).
 * @throws ServiceError INVALID_ARGUMENT when none is for the key, INTERNAL when the one that is cannot be decrypted.
 */
export async function decryptPassword(encrypted: readonly EncryptedData[], clientKey: ClientKey): Promise<string> {
  const ours = encrypted.find(({ keyIds }) => keyIds.includes(clientKey.id));
  if (!ours) {
    throw new ServiceError(
      Code.InvalidArgument,
      `no encrypted password has the key id of this connector's client secret, ${clientKey.id}: was the client secret changed?`,
      { reason: 'no_password_for_client_secret' },
    );
  }
  const password = await decrypt(ours, clientKey);
  if (password === '') {
    throw new ServiceError(Code.InvalidArgument, 'the encrypted password is empty', { reason: 'empty_password' });
  }
  return password;
}

async function decrypt({ encryptedBytes }: EncryptedData, { key, id }: ClientKey): Promise<string> {
  try {
    const bytes = await decryptForEd25519(encryptedBytes, key);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ServiceError(
      Code.Internal,
      `the encrypted password with the key id of this connector's client secret, ${id}, cannot be decrypted with it`,
      { reason: 'password_not_decrypted', cause },
    );
  }
}
