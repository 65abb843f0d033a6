// Verifies an assertion as ConductorOne's token endpoint does.
import { type KeyObject, verify } from 'node:crypto';
import { parseJwt } from './parse-jwt.ts';

export interface ExpectedAssertion {
  readonly clientId: string;
  readonly publicKey: KeyObject;
  readonly now: Date;
}

const claimNames = ['aud', 'exp', 'iat', 'iss', 'nbf', 'sub'];
const lifetimeSeconds = 120;
/** The clock difference to allow for. */
const skewSeconds = 60;

/**
 * Checks header, claims and signature against what the Go SDK sends (pkg/ugrpc of baton-sdk v0.25.0).
 * @returns What is wrong with it, if anything.
 */
export function findAssertionFault(assertion: string, expected: ExpectedAssertion): string | undefined {
  const jwt = parseJwt(assertion);
  if (!jwt) return 'the assertion is not a JWT';
  if (!verify(null, jwt.signed, expected.publicKey, jwt.signature)) return 'the assertion has a wrong signature';
  return findHeaderFault(jwt.header) ?? findClaimFault(jwt.claims, expected);
}

function findHeaderFault({ alg, nonce, ...rest }: Record<string, unknown>): string | undefined {
  if (alg !== 'EdDSA') return `alg is ${alg}`;
  if (typeof nonce !== 'string' || !/^[0-9a-f]{32}$/.test(nonce)) return 'nonce is not 32 hexadecimal digits';
  return Object.keys(rest).length > 0 ? `the header also has ${Object.keys(rest).join(', ')}` : undefined;
}

function findClaimFault(claims: Record<string, unknown>, { clientId, now }: ExpectedAssertion): string | undefined {
  const host = clientId.replace(/^.*?@|\/.*$/g, '').replace(/:\d+$/, '');
  const names = Object.keys(claims).sort();
  if (names.join() !== claimNames.join()) return `the claims are ${names.join(', ')}`;
  if (claims.iss !== clientId || claims.sub !== clientId) return 'iss and sub are not both the client id';
  if (claims.aud !== host) return `aud is ${JSON.stringify(claims.aud)}, not ${host}`;
  const [iat, nbf, exp] = [claims.iat, claims.nbf, claims.exp].map(Number) as [number, number, number];
  if (Math.abs(iat - now.getTime() / 1000) > skewSeconds) return 'iat is not now';
  if (exp - iat !== lifetimeSeconds) return `exp is ${exp - iat} s after iat`;
  return iat - nbf === lifetimeSeconds ? undefined : `nbf is ${iat - nbf} s before iat`;
}
