// The name of a key that everyone computes alike.
import type { KeyObject } from 'node:crypto';

/**
 * The SHA-256 thumbprint (RFC 7638) of an Ed25519, RSA or EC key as lower-case hex, the way key ids are written in
 * EncryptedData (pkg/crypto/providers/jwk of baton-sdk v0.25.0). A private key has that of its public half.
 */
export async function jwkThumbprint(key: KeyObject): Promise<string> {
  // Loaded here: most programs never need it.
  const { calculateJwkThumbprint } = await import('jose/jwk/thumbprint');
  return Buffer.from(await calculateJwkThumbprint(key), 'base64url').toString('hex');
}
