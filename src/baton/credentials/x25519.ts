// Diffie-Hellman on Curve25519 with keys as plain bytes, as formats that are older than Node's key objects want them.
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';

/** What stands before the 32 bytes of an X25519 private key in PKCS #8 (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** The public key of a scalar. */
export function x25519PublicKey(scalar: Uint8Array): Buffer {
  return Buffer.from(createPublicKey(importScalar(scalar)).export({ format: 'jwk' }).x ?? '', 'base64url');
}

/**
 * The scalar times the point, both 32 bytes.
 * @throws Error for a point that gives the same result whatever the scalar.
 */
export function multiplyX25519(scalar: Uint8Array, point: Uint8Array): Buffer {
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(point).toString('base64url') },
    format: 'jwk',
  });
  return diffieHellman({ privateKey: importScalar(scalar), publicKey });
}

function importScalar(scalar: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, scalar]), format: 'der', type: 'pkcs8' });
}
