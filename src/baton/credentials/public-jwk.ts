// Reads the public key of one who shall read a secret.
import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { Code, ServiceError } from '../author/service-error.ts';

/** Key types by the members that make up the public key. RFC 7518 and RFC 8037. */
const membersOf: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['OKP', ['crv', 'x']],
  ['EC', ['crv', 'x', 'y']],
  ['RSA', ['n', 'e']],
]);

const curves: readonly unknown[] = ['Ed25519', 'P-256', 'P-384', 'P-521'];

/** A smaller one can be broken; the Go SDK refuses it too. */
const rsaMinBits = 2048;

/**
 * Reads a JSON Web Key: Ed25519, RSA, or EC on P-256, P-384 or P-521. Of a private key, the public half is taken.
 * @throws ServiceError INVALID_ARGUMENT that says what is wrong, and shows none of it.
 */
export function readPublicJwk(json: Uint8Array): KeyObject {
  const jwk = parseObject(json);
  const members = membersOf.get(jwk.kty);
  if (!members || (members.includes('crv') && !curves.includes(jwk.crv))) {
    throw invalid('is another kind of key than Ed25519, RSA, or EC on P-256, P-384 or P-521');
  }
  const key = importKey(Object.fromEntries(['kty', ...members].map((name) => [name, jwk[name]])));
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < rsaMinBits) {
    throw invalid(`is an RSA key of ${bits} bits, and at least ${rsaMinBits} are needed`);
  }
  return key;
}

function parseObject(json: Uint8Array): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // The parser quotes what it read, and people paste private keys.
  }
  throw invalid('is no JSON Web Key');
}

function importKey(jwk: Record<string, unknown>): KeyObject {
  try {
    return createPublicKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' });
  } catch {
    throw invalid('is a key that cannot be read');
  }
}

function invalid(fault: string): ServiceError {
  return new ServiceError(Code.InvalidArgument, `jwk_public_key_config.pub_key ${fault}`, {
    reason: 'invalid_encryption_key',
  });
}
