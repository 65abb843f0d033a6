// The assertion that proves to ConductorOne's token endpoint who asks: a JWT signed with the key of the client secret.
import { type KeyObject, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { ClientId } from './client-id.ts';

const validForSeconds = 120;
const clockSkewSeconds = 120;

/** What an assertion is made of. */
export interface AssertionOptions {
  readonly clientId: ClientId;
  readonly key: KeyObject;
  readonly now: Date;
}

/**
 * Makes an assertion with the header (`alg`, `nonce`) and the claims that the Go SDK sends (pkg/ugrpc of baton-sdk
 * v0.25.0). The audience is the host of the client id without its port, wherever the endpoint is.
 */
export async function createAssertion({ clientId, key, now }: AssertionOptions): Promise<string> {
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const claims = {
    iss: clientId.text,
    sub: clientId.text,
    aud: new URL(`https://${clientId.host}`).hostname.replace(/^\[(.*)\]$/, '$1'),
    exp: nowSeconds + validForSeconds,
    nbf: nowSeconds - clockSkewSeconds,
    iat: nowSeconds,
  };
  return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', nonce: randomBytes(16).toString('hex') }).sign(key);
}
