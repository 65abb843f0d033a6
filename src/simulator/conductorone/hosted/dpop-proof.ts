// Verifies proofs of possession as ConductorOne does (RFC 9449).
import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { parseJwt } from '../parse-jwt.ts';

export interface ExpectedProof {
  readonly method: string;
  readonly url: string;
  /** The access token that the request carries, if it does. */
  readonly accessToken?: string | undefined;
  readonly nonce?: string | undefined;
}

export interface VerifiedProof {
  readonly key: KeyObject;
  /** RFC 7638: tokens are bound to it. */
  readonly thumbprint: string;
  /** Each may be used once. */
  readonly id: string;
}

/** @returns The proof, or what is wrong with it. */
export function verifyProof(proof: string, expected: ExpectedProof): VerifiedProof | string {
  const jwt = parseJwt(proof);
  if (!jwt) return 'the proof is not a JWT';
  const { header, claims } = jwt;
  if (header.typ !== 'dpop+jwt' || header.alg !== 'EdDSA') return `typ is ${header.typ}, alg is ${header.alg}`;
  const jwk = header.jwk as JsonWebKey | undefined;
  if (jwk?.kty !== 'OKP' || jwk.crv !== 'Ed25519' || 'd' in jwk) return 'jwk is not a public Ed25519 key';
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  if (!verify(null, jwt.signed, key, jwt.signature)) return 'the proof has a wrong signature';
  const fault = findFault(claims, expected);
  if (fault) return fault;
  const members = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x });
  return { key, thumbprint: createHash('sha256').update(members).digest('base64url'), id: String(claims.jti) };
}

function findFault(claims: Record<string, unknown>, expected: ExpectedProof): string | undefined {
  const nowSeconds = Date.now() / 1000;
  if (claims.htm !== expected.method) return `htm is ${claims.htm}`;
  if (claims.htu !== expected.url) return `htu is ${claims.htu}, not ${expected.url}`;
  if (typeof claims.jti !== 'string' || claims.jti === '') return 'jti is missing';
  if (Math.abs(Number(claims.iat) - nowSeconds) > 60) return 'iat is not now';
  if (Number(claims.nbf) > nowSeconds || Number(claims.exp) <= nowSeconds) return 'the proof is not valid now';
  if (claims.nonce !== expected.nonce) return `nonce is ${claims.nonce}`;
  const { accessToken } = expected;
  const ath = accessToken && createHash('sha256').update(accessToken).digest('base64url');
  return claims.ath === ath ? undefined : 'ath is not the hash of the token';
}
