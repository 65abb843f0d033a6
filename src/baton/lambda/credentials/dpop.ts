// Proofs of possession (DPoP, RFC 9449): each request to ConductorOne shows that its token belongs to this process.
import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';

const validForSeconds = 5 * 60;
const clockSkewSeconds = 30;

/** What a proof is for. */
export interface ProvenRequest {
  readonly method: string;
  /** Without query and fragment. */
  readonly url: string;
  /** The access token that the request carries. */
  readonly accessToken?: string;
  /** What the server asked to repeat. */
  readonly nonce?: string | undefined;
}

/** The key of this process. It is never stored; ConductorOne also encrypts the config for it. */
export class DpopKey {
  /** Ed25519. */
  readonly privateKey: KeyObject;
  readonly #publicJwk: Record<string, string>;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { kty, crv, x } = publicKey.export({ format: 'jwk' }) as Record<string, string>;
    this.privateKey = privateKey;
    // The optional members are those that the Go runtime sends.
    this.#publicJwk = { kty: `${kty}`, crv: `${crv}`, x: `${x}`, use: 'sig', kid: 'key', alg: 'EdDSA' };
  }

  /** The value of the header `dpop`: used for one request. */
  async prove({ method, url, accessToken, nonce }: ProvenRequest, now = new Date()): Promise<string> {
    const nowSeconds = Math.floor(now.getTime() / 1000);
    const claims = {
      jti: randomUUID(),
      htm: method,
      htu: url,
      iat: nowSeconds,
      nbf: nowSeconds - clockSkewSeconds,
      exp: nowSeconds + validForSeconds,
      ...(accessToken !== undefined && { ath: createHash('sha256').update(accessToken).digest('base64url') }),
      ...(nonce !== undefined && { nonce }),
    };
    return new SignJWT(claims)
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: this.#publicJwk })
      .sign(this.privateKey);
  }
}
