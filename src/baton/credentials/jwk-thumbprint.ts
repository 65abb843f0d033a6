// The name of a key that everyone computes alike.
import { createHash, type KeyObject } from 'node:crypto';

/**
 * The SHA-256 thumbprint (RFC 7638) of an Ed25519, RSA or EC key as lower-case hex, the way key ids are written in
 * EncryptedData (pkg/crypto/providers/jwk of baton-sdk v0.25.0). A private key has that of its public half.
 */
export function jwkThumbprint(key: KeyObject): string {
  const { kty, crv, x, y, n, e } = key.export({ format: 'jwk' });
  // Members in the order of their names, and no others: the text is hashed.
  const members = kty === 'RSA' ? { e, kty, n } : kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x };
  return createHash('sha256').update(JSON.stringify(members)).digest('hex');
}
