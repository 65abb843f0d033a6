// The token endpoint: accepts assertions, issues access tokens and validates them.
import { randomBytes } from 'node:crypto';
import type { ConnectorCredentials } from './credentials.ts';
import { findAssertionFault } from './verify-assertion.ts';

/** The response of the endpoint. */
export interface TokenAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Why the request was refused, for the simulator's log. */
  readonly fault?: string;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The access tokens of one connector. */
export class AccessTokens {
  /** Every secret seen or issued: none may show up anywhere. */
  readonly secrets: string[] = [];
  readonly #credentials: ConnectorCredentials;
  readonly #lifetimeSeconds: number;
  readonly #now: () => number;
  readonly #valid = new Map<string, number>();

  /** @param now - The clock of the endpoint, in milliseconds. */
  constructor(credentials: ConnectorCredentials, lifetimeSeconds: number, now: () => number) {
    this.#credentials = credentials;
    this.#now = now;
    this.#lifetimeSeconds = lifetimeSeconds;
    this.secrets.push(credentials.clientSecret, credentials.clientSecret.split(':')[3] ?? '');
  }

  /** Handles a request with the body `form`. */
  answer(form: URLSearchParams): TokenAnswer {
    const assertion = form.get('client_assertion') ?? '';
    this.secrets.push(assertion);
    const fault = this.#findFault(form, assertion);
    if (fault) return { status: 401, body: { error: 'invalid_client' }, fault };
    const token = randomBytes(24).toString('base64url');
    this.secrets.push(token);
    this.#valid.set(`Bearer ${token}`, Date.now() + this.#lifetimeSeconds * 1000);
    const body = { access_token: token, token_type: 'Bearer', expires_in: this.#lifetimeSeconds };
    return { status: 200, body };
  }

  /** Whether to accept a call with this header. */
  isValid(authorization: string | null): boolean {
    return Date.now() < (this.#valid.get(authorization ?? '') ?? 0);
  }

  /** Revokes all tokens issued so far. */
  revokeAll(): void {
    this.#valid.clear();
  }

  #findFault(form: URLSearchParams, assertion: string): string | undefined {
    const { clientId, publicKey } = this.#credentials;
    if (form.get('grant_type') !== 'client_credentials') return 'grant_type is wrong';
    if (form.get('client_assertion_type') !== assertionType) return 'client_assertion_type is wrong';
    if (form.get('client_id') !== clientId) return 'client_id is unknown';
    return findAssertionFault(assertion, { clientId, publicKey, now: new Date(this.#now()) });
  }
}
