// The assertion of a hosted connector: who asks for a token, and in which AWS role.
import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';

const validForSeconds = 120;
const clockSkewSeconds = 60;

export interface HostedAssertionOptions {
  readonly clientId: string;
  /** Of the client secret. */
  readonly key: KeyObject;
  /** The host of the token endpoint, with or without a port. */
  readonly tokenHost: string;
  /** {@link createAttestation} */
  readonly attestation: string;
  readonly now: Date;
}

/**
 * Makes an assertion as the Go runtime does (pkg/lambda/grpc/config of baton-sdk v0.25.0). Unlike that of service mode,
 * it is for the host that is asked, and has no nonce.
 */
export async function createHostedAssertion(options: HostedAssertionOptions): Promise<string> {
  const { clientId, key, tokenHost, attestation, now } = options;
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: new URL(`https://${tokenHost}`).hostname.replace(/^\[(.*)\]$/, '$1'),
    iat: nowSeconds,
    nbf: nowSeconds - clockSkewSeconds,
    exp: nowSeconds + validForSeconds,
    id_att: attestation,
  };
  return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA' }).sign(key);
}
