// The client secret that ConductorOne issues: a private key, which never leaves this process.
import { createPrivateKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { Code, ServiceError } from '../../author/service-error.ts';
import type { ClientKey } from '../../credentials/decrypt-password.ts';
import { jwkThumbprint } from '../../credentials/jwk-thumbprint.ts';

const partsOfSecret = 4;
const version = 'v1';

/**
 * Reads the Ed25519 key out of `secret-token:conductorone.com:v1:<JWK in base64url>` (pkg/crypto of baton-sdk v0.25.0,
 * which reads only the third and the fourth part).
 * @throws ServiceError INVALID_ARGUMENT that says which part is wrong, and shows none.
 */
export function parseClientSecret(input: string): KeyObject {
  return importKey(readJwk(input));
}

/**
 * The same key, with the id by which ConductorOne marks passwords that are encrypted for it.
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
    throw invalid(`has ${parts.length} of ${partsOfSecret} parts separated by colons; is it incomplete?`);
  }
  if (parts[2] !== version) {
    throw invalid(`has an unsupported version as its third part; this program supports ${version}`);
  }
  const jwk = parseJwk(key);
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519') {
    throw invalid('must contain an Ed25519 key');
  }
  if (typeof jwk.d !== 'string' || jwk.d === '') {
    throw invalid('must contain a private key, not a public one');
  }
  return jwk;
}

function parseJwk(text: string): Record<string, unknown> {
  // Buffer silently drops characters outside the alphabet.
  if (!/^[A-Za-z0-9_-]+$/.test(text)) {
    throw invalid('has a fourth part that is not base64url without padding; is it incomplete?');
  }
  try {
    const jwk: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (typeof jwk === 'object' && jwk !== null) return jwk as Record<string, unknown>;
  } catch {
    // The parser quotes what it read.
  }
  throw invalid('has a fourth part that is not a JSON Web Key; is it incomplete?');
}

function importKey(jwk: Record<string, unknown>): KeyObject {
  try {
    const { kty, crv, x, d } = jwk as Record<string, string>;
    return createPrivateKey({ key: { kty, crv, x, d } as JsonWebKeyInput['key'], format: 'jwk' });
  } catch {
    throw invalid('contains an unreadable key; is it incomplete?');
  }
}

function invalid(fault: string): ServiceError {
  return new ServiceError(
    Code.InvalidArgument,
    `--client-secret ${fault} (expected secret-token:conductorone.com:v1:…; ConductorOne shows it only once, and "Rotate" creates a new one)`,
    { reason: 'invalid_client_secret' },
  );
}
