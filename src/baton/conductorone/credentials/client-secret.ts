// The client secret that ConductorOne gives out: a private key, which never leaves this process.
import { createPrivateKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { Code, ServiceError } from '../../author/service-error.ts';
import type { ClientKey } from '../../credentials/decrypt-password.ts';
import { jwkThumbprint } from '../../credentials/jwk-thumbprint.ts';

const partsOfSecret = 4;
const version = 'v1';

/**
 * Reads the Ed25519 key out of `secret-token:conductorone.com:v1:<JWK in base64url>` (pkg/crypto of baton-sdk v0.25.0,
 * which looks at the third and the fourth part only).
 * @throws ServiceError INVALID_ARGUMENT that says which part is wrong, and shows none of it.
 */
export function parseClientSecret(input: string): KeyObject {
  return importKey(readJwk(input));
}

/**
 * The same key with the id by which ConductorOne says that a password is encrypted for it.
 * @throws ServiceError as {@link parseClientSecret}.
 */
export async function parseClientKey(input: string): Promise<ClientKey> {
  const jwk = readJwk(input);
  const key = importKey(jwk);
  return { id: typeof jwk.kid === 'string' && jwk.kid !== '' ? jwk.kid : await jwkThumbprint(key), key };
}

function readJwk(input: string): Record<string, unknown> {
  const parts = input.trim().split(':');
  const key = parts.slice(partsOfSecret - 1).join(':');
  if (parts.length < partsOfSecret) {
    throw invalid(`has ${parts.length} of ${partsOfSecret} parts between colons; was it copied whole?`);
  }
  if (parts[2] !== version) {
    throw invalid(`is not of version ${version}, which is its third part: this program knows no other`);
  }
  const jwk = parseJwk(key);
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519') {
    throw invalid('holds another kind of key than Ed25519');
  }
  if (typeof jwk.d !== 'string' || jwk.d === '') {
    throw invalid('holds a public key, and a private one is needed');
  }
  return jwk;
}

function parseJwk(text: string): Record<string, unknown> {
  // Buffer reads base64url and leaves out what is none without a word.
  if (!/^[A-Za-z0-9_-]+$/.test(text)) {
    throw invalid('has a fourth part that is not base64url without padding; was it copied whole?');
  }
  try {
    const jwk: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (typeof jwk === 'object' && jwk !== null) return jwk as Record<string, unknown>;
  } catch {
    // The parser quotes what it read.
  }
  throw invalid('has a fourth part that is no JSON Web Key; was it copied whole?');
}

function importKey(jwk: Record<string, unknown>): KeyObject {
  try {
    const { kty, crv, x, d } = jwk as Record<string, string>;
    return createPrivateKey({ key: { kty, crv, x, d } as JsonWebKeyInput['key'], format: 'jwk' });
  } catch {
    throw invalid('holds a key that cannot be read; was it copied whole?');
  }
}

function invalid(fault: string): ServiceError {
  return new ServiceError(
    Code.InvalidArgument,
    `--client-secret ${fault} (it reads like secret-token:conductorone.com:v1:…; ConductorOne shows it once, and makes a new one on "Rotate")`,
    { reason: 'invalid_client_secret' },
  );
}
