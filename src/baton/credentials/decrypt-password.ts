// Decrypts a password that a caller chose and encrypted for the connector.
import type { KeyObject } from 'node:crypto';
import type { EncryptedData } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import { decryptForEd25519 } from './jwk-encryption.ts';

/** The connector's own key: the private key in the client secret that ConductorOne issued for the connector. */
export interface ClientKey {
  /** Its id in `EncryptedData.key_ids`: the `kid` of the JWK, or its hex thumbprint without one. */
  readonly id: string;
  /** Ed25519. */
  readonly key: KeyObject;
}

/**
 * Decrypts the first password that is for `clientKey`. Codes are those of the Go SDK (pkg/crypto of baton-sdk v0.25.0).
 * @throws ServiceError INVALID_ARGUMENT if none is for the key, INTERNAL if the password cannot be decrypted.
 */
export async function decryptPassword(encrypted: readonly EncryptedData[], clientKey: ClientKey): Promise<string> {
  const ours = encrypted.find(({ keyIds }) => keyIds.includes(clientKey.id));
  if (!ours) {
    throw new ServiceError(
      Code.InvalidArgument,
      `no encrypted password is for the key of this connector's client secret (key id ${clientKey.id}): was the client secret rotated?`,
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
      `cannot decrypt the password with the key of this connector's client secret (key id ${id})`,
      { reason: 'password_not_decrypted', cause },
    );
  }
}
