// Diffie-Hellman on Curve25519 with raw keys, which Node's own function does not take.
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';

/** PKCS #8 up to the 32 bytes of an X25519 private key (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** Computes the public key of a scalar. */
export function x25519PublicKey(scalar: Uint8Array): Buffer {
  return Buffer.from(createPublicKey(importScalar(scalar)).export({ format: 'jwk' }).x ?? '', 'base64url');
}

/**
 * Multiplies a point by a scalar, both of 32 bytes.
 * @throws Error for a point of small order, whose product does not depend on the scalar.
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
