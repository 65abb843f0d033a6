// Tokens in the form that Percipio's service accounts have: JWTs with readable claims and a signature that nobody can
// verify (it is not one).
import { randomUUID } from 'node:crypto';

export interface ServiceTokenOptions {
  /** When the service account expires; the claim `exp`. Default: the year 2100. */
  readonly expiresAt?: Date;
  /** When it was issued; the claim `iat`. Default: 2024-01-01. */
  readonly issuedAt?: Date;
  /** The organization that the account belongs to. */
  readonly organizationId: string;
  /** The claim `sub`. Default: a random UUID, so that each token is different. */
  readonly serviceAccountId?: string;
}

/** Creates a token for the simulator's `token` option. The real Percipio does not accept it. */
export function mintServiceToken(options: ServiceTokenOptions): string {
  const claims = {
    iss: 'percipio-simulator',
    sub: options.serviceAccountId ?? randomUUID(),
    organizationId: options.organizationId,
    iat: Math.floor((options.issuedAt ?? new Date('2024-01-01T00:00:00Z')).getTime() / 1000),
    exp: Math.floor((options.expiresAt ?? new Date('2100-01-01T00:00:00Z')).getTime() / 1000),
  };
  const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}.${Buffer.from('not-a-signature').toString('base64url')}`;
}

/** When a token expires, in ms since 1970; undefined if it is not a JWT or has no expiry. */
export function readTokenExpiryMs(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const exp = (claims as { exp?: unknown } | null)?.exp;
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
