// Keeps an access token: requested once for concurrent calls, renewed before it expires.
import type { Logger } from 'pino';
import { Code, ServiceError } from '../../author/service-error.ts';
import { withTimeLimit } from '../../net/abort.ts';
import { onlyIf, retry } from '../../net/retry.ts';
import type { Waits } from '../../net/waits.ts';
import type { AccessToken } from './token-endpoint.ts';

export interface TokenProviderOptions {
  /** Sends one request. Rejects with UNAVAILABLE for a failure that may pass. */
  request(signal: AbortSignal): Promise<AccessToken>;
  readonly logger: Logger;
  readonly waits?: Waits | undefined;
  /** The delay before the first retry; it doubles. */
  readonly retryDelayMs: number;
  /** How often a request is sent before a call fails; its caller waits longer, and retries. Default: 4. */
  readonly attemptsMax?: number;
  /** How long a request may take. */
  readonly timeoutMs: number;
  /** Aborts what is under way. */
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  now?(): number;
}

/** How long before it expires a token is renewed, as golang.org/x/oauth2 does. */
const renewedBeforeMs = 10_000;

const attemptsMaxDefault = 4;

/** The token of a process. */
export class TokenProvider {
  readonly #options: TokenProviderOptions;
  readonly #now: () => number;
  #token: { readonly authorization: string; readonly renewAt: number } | undefined;
  #running: Promise<string> | undefined;

  constructor(options: TokenProviderOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * The value for the header `authorization`.
   * @throws ServiceError UNAUTHENTICATED when the credentials are refused, UNAVAILABLE when there was no answer.
   */
  async authorization(): Promise<string> {
    if (this.#token && this.#now() < this.#token.renewAt) return this.#token.authorization;
    this.#running ??= this.#renew().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Forgets a token with which a call was refused, if it is still in use. */
  discard(authorization: string): void {
    if (this.#token?.authorization === authorization) this.#token = undefined;
  }

  async #renew(): Promise<string> {
    const { logger, waits, retryDelayMs, timeoutMs, signal, attemptsMax = attemptsMaxDefault } = this.#options;
    const timeoutError = () => {
      const message = `the token endpoint did not answer within ${timeoutMs / 1000} s`;
      return new ServiceError(Code.Unavailable, message, { reason: 'no_token' });
    };
    const renew = async () => {
      const requestedAt = this.#now();
      const token = await withTimeLimit({ timeoutMs, signal, timeoutError }, (limited) =>
        this.#options.request(limited),
      );
      this.#token = {
        authorization: token.authorization,
        renewAt: requestedAt + token.lifetimeMs - renewedBeforeMs,
      };
      logger.debug({ lifetime_ms: token.lifetimeMs }, 'got an access token');
      return token.authorization;
    };
    return await retry(renew, {
      policy: { attemptsMax, delayMinMs: retryDelayMs, delayMaxMs: Number.POSITIVE_INFINITY },
      signal,
      waits,
      describeWait: () => 'cannot get an access token of ConductorOne',
      delayAfter: onlyIf((error) => error instanceof ServiceError && error.code === Code.Unavailable),
      onRetry: ({ error, attempt, delayMs }) =>
        logger.warn({ error, attempt, delay_ms: delayMs }, 'cannot get an access token; retrying'),
    });
  }
}
