// Keeps an access token at hand: asked for once by however many calls, renewed before it ends.
import type { Logger } from 'pino';
import { Code, ServiceError } from '../../author/service-error.ts';
import { pause, withJitter } from '../link/backoff.ts';
import type { AccessToken } from './token-endpoint.ts';

export interface TokenProviderOptions {
  /** Sends one request. Rejects with UNAVAILABLE for what may pass. */
  request(signal: AbortSignal): Promise<AccessToken>;
  readonly logger: Logger;
  readonly retryDelayMs: number;
  /** How long a request may take. */
  readonly timeoutMs: number;
  /** Aborts what is under way. */
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  now?(): number;
}

/** How long before its end a token is renewed, as golang.org/x/oauth2 does. */
const renewedBeforeMs = 10_000;

/** How often a request is sent before whoever asked is told; they wait longer, and ask again. */
const attemptsMax = 4;

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
   * @throws ServiceError UNAUTHENTICATED when the credentials are refused, UNAVAILABLE when no answer was to be had.
   */
  async authorization(): Promise<string> {
    if (this.#token && this.#now() < this.#token.renewAt) return this.#token.authorization;
    this.#running ??= this.#renew().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Forgets a token that a call was refused with, if it is still the one in use. */
  discard(authorization: string): void {
    if (this.#token?.authorization === authorization) this.#token = undefined;
  }

  async #renew(): Promise<string> {
    const { logger, retryDelayMs, timeoutMs, signal } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        const askedAt = this.#now();
        const token = await withTimeout((limited) => this.#options.request(limited), timeoutMs, signal);
        this.#token = {
          authorization: token.authorization,
          renewAt: askedAt + token.lifetimeMs - renewedBeforeMs,
        };
        logger.debug({ lifetime_ms: token.lifetimeMs }, 'got an access token');
        return token.authorization;
      } catch (error) {
        signal.throwIfAborted();
        const isTransient = error instanceof ServiceError && error.code === Code.Unavailable;
        if (!isTransient || attempt === attemptsMax) throw error;
        const delayMs = withJitter(retryDelayMs * 2 ** (attempt - 1));
        logger.warn({ error, attempt, delay_ms: Math.round(delayMs) }, 'no access token; trying again');
        await pause(delayMs, signal);
      }
    }
  }
}

async function withTimeout<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([signal, late]));
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    const message = `the token endpoint does not answer within ${timeoutMs / 1000} s`;
    throw new ServiceError(Code.Unavailable, message, { reason: 'no_token', cause: error });
  }
}
