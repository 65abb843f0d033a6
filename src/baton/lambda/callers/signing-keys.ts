// The public keys of those who may call: one that is a setting, or a set that an URL serves.
import { type CryptoKey, createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
import { Code, ServiceError } from '../../author/service-error.ts';
import { withTimeLimit } from '../../net/abort.ts';
import { type HttpResponse, type HttpSender, readText } from '../../net/http-sender.ts';

/**
 * Reads a key from a setting.
 * @param text - A JSON Web Key.
 * @throws ServiceError INVALID_ARGUMENT; it shows nothing of the key
 */
export function readSigningKey(text: string): JWTVerifyGetKey {
  const invalid = (fault: string) =>
    new ServiceError(Code.InvalidArgument, `--lambda-auth-jwt-signer ${fault}`, { reason: 'invalid_signing_key' });
  const jwk = parseObject(text);
  if (!jwk) throw invalid('must be a JSON Web Key');
  if ('d' in jwk || 'k' in jwk) throw invalid('must be a public key');
  if (typeof jwk.kty !== 'string') throw invalid('has no member kty');
  return createLocalJWKSet({ keys: [jwk] } as unknown as JSONWebKeySet);
}

export interface SigningKeySetOptions {
  readonly url: URL;
  /** Sends to the origin of the URL. */
  readonly sender: HttpSender;
  readonly userAgent: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. A process that was frozen must notice that time has passed. */
  now?(): number;
}

const requestTimeoutMs = 30_000;
/** A set of keys is a few kilobytes long. */
const answerBytesMax = 1024 * 1024;
const keptMsMin = 5 * 60_000;
const keptMsMax = 12 * 60 * 60_000;

/**
 * The keys at an URL. They are fetched when the set is created, and again at the first call after their lifetime (its
 * `cache-control`, but at least 5 minutes and at most 12 hours) or for a key that is missing. If that fails, the former
 * keys stay valid.
 */
export class SigningKeySet {
  readonly #options: SigningKeySetOptions;
  readonly #now: () => number;
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #fetchedAt = 0;
  #keptMs = 0;
  #fetching: Promise<void> | undefined;

  constructor(options: SigningKeySetOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** @throws ServiceError UNAVAILABLE when the keys cannot be fetched. */
  async fetch(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    await this.#fetching;
  }

  readonly find = async (...token: Parameters<JWTVerifyGetKey>): Promise<CryptoKey> => {
    if (!this.#isYoungerThan(this.#keptMs)) await this.#refresh();
    try {
      return await this.#find(token);
    } catch (error) {
      // A new key may be in use, but anyone can name one that does not exist.
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.#isYoungerThan(keptMsMin)) throw error;
      await this.#refresh();
      return await this.#find(token);
    }
  };

  async #find(token: Parameters<JWTVerifyGetKey>): Promise<CryptoKey> {
    if (!this.#keys) throw new errors.JWKSNoMatchingKey();
    return await this.#keys(...token);
  }

  #isYoungerThan(ageMs: number): boolean {
    return this.#now() - this.#fetchedAt < ageMs;
  }

  async #refresh(): Promise<void> {
    try {
      await this.fetch();
    } catch (error) {
      if (!this.#keys) throw error;
      // The next attempt is made after the shortest lifetime.
      this.#fetchedAt = this.#now();
      this.#keptMs = keptMsMin;
      this.#options.logger.warn({ error }, 'cannot fetch the keys of callers again; the former ones stay valid');
    }
  }

  async #fetch(): Promise<void> {
    const { url, sender, userAgent, signal } = this.#options;
    const failed = (fault: string, cause?: unknown) =>
      new ServiceError(
        Code.Unavailable,
        `cannot fetch the keys of callers from ${url.origin}${url.pathname}: ${fault}`,
        {
          reason: 'no_signing_keys',
          cause,
        },
      );
    const timeoutError = () => failed(`no answer within ${requestTimeoutMs / 1000} s`);
    const headers = { accept: 'application/json', 'user-agent': userAgent };
    const path = url.pathname + url.search;
    const { response, body } = await withTimeLimit(
      { timeoutMs: requestTimeoutMs, signal, timeoutError },
      async (limited) => {
        const answer = await sender.request({ method: 'GET', path, headers, signal: limited });
        return { response: answer, body: await readText(answer.body, answerBytesMax) };
      },
    ).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error instanceof ServiceError ? error : failed((error as Error).message, error);
    });
    if (response.status !== 200) throw failed(`it answered ${response.status}`);
    const set = parseObject(body);
    if (!set) throw failed('it did not answer with JSON');
    try {
      this.#keys = createLocalJWKSet(set as unknown as JSONWebKeySet);
    } catch (cause) {
      throw failed('it did not answer with a set of JSON Web Keys', cause);
    }
    this.#fetchedAt = this.#now();
    this.#keptMs = Math.min(Math.max(readMaxAgeMs(response), keptMsMin), keptMsMax);
  }
}

function readMaxAgeMs({ headers }: HttpResponse): number {
  const [, seconds] = /\bmax-age="?(\d{1,10})/i.exec(String(headers['cache-control'] ?? '')) ?? [];
  return seconds === undefined ? 0 : Number(seconds) * 1000;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    // The parser quotes what it read.
    return undefined;
  }
}
