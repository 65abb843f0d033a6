// Reads the public key of a secret's recipient.
import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { Code, ServiceError } from '../author/service-error.ts';

/** The members of the public key, by key type. RFC 7518 and RFC 8037. */
const membersOf: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['OKP', ['crv', 'x']],
  ['EC', ['crv', 'x', 'y']],
  ['RSA', ['n', 'e']],
]);

const curves: readonly unknown[] = ['Ed25519', 'P-256', 'P-384', 'P-521'];

/** Smaller keys can be broken; the Go SDK refuses them too. */
const rsaMinBits = 2048;

/**
 * Reads a JSON Web Key: Ed25519, RSA, or EC on P-256, P-384 or P-521. A private key yields its public half.
 * @throws ServiceError INVALID_ARGUMENT that says what is wrong and shows nothing of the key.
 */
export function readPublicJwk(json: Uint8Array): KeyObject {
  const jwk = parseObject(json);
  const members = membersOf.get(jwk.kty);
  if (!members || (members.includes('crv') && !curves.includes(jwk.crv))) {
    throw invalid('must be an Ed25519, RSA, P-256, P-384 or P-521 key');
  }
  const key = importKey(Object.fromEntries(['kty', ...members].map((name) => [name, jwk[name]])));
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < rsaMinBits) {
    throw invalid(`is an RSA key of ${bits} bits; at least ${rsaMinBits} are required`);
  }
  return key;
}

function parseObject(json: Uint8Array): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Not the cause: the parser quotes its input, and users paste private keys.
  }
  throw invalid('is not a JSON Web Key');
}

function importKey(jwk: Record<string, unknown>): KeyObject {
  try {
    return createPublicKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' });
  } catch {
    throw invalid('is malformed');
  }
}

function invalid(fault: string): ServiceError {
  return new ServiceError(Code.InvalidArgument, `jwk_public_key_config.pub_key ${fault}`, {
    reason: 'invalid_encryption_key',
  });
}
