// The client secret that ConductorOne issues: a private key, which never leaves this process.
import { createPrivateKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { Code, ServiceError } from '../../author/service-error.ts';
import { checkClientSecret, readSecretKey } from '../../config/fields/client-credentials.ts';
import type { ClientKey } from '../../credentials/decrypt-password.ts';
import { jwkThumbprint } from '../../credentials/jwk-thumbprint.ts';

/**
 * Reads the Ed25519 key out of a client secret.
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

function readJwk(input: string): Readonly<Record<string, unknown>> {
  const read = readSecretKey(input.trim());
  const fault = checkClientSecret(input.trim());
  if ('fault' in read || fault !== undefined) throw invalid(fault);
  return read.jwk;
}

function importKey(jwk: Readonly<Record<string, unknown>>): KeyObject {
  try {
    const { kty, crv, x, d } = jwk as Record<string, string>;
    return createPrivateKey({ key: { kty, crv, x, d } as JsonWebKeyInput['key'], format: 'jwk' });
  } catch {
    throw invalid('contains an unreadable key; is it incomplete?');
  }
}

function invalid(fault = ''): ServiceError {
  return new ServiceError(Code.InvalidArgument, `the client secret ${fault}`, { reason: 'invalid_client_secret' });
}
