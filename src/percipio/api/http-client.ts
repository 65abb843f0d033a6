// Sends requests to the API, retries those where it makes sense, and checks the responses.
import { formatSpan, type HttpHeaders, redacted, retry, type Waits } from 'baton-connector-sdk/http';
import { z } from 'zod';
import type { CompleteOptions, JsonBody } from './client-options.ts';
import { readMessages } from './describe-error-body.ts';
import { describeShortly } from './describe-shortly.ts';
import { type ApiCall, Exchange, type ExchangeContext, type OpenResponse } from './exchange.ts';
import { readFieldProblems } from './field-problems.ts';
import { Pace } from './pace.ts';
import { PercipioError } from './percipio-error.ts';
import { parseRetryAfterMs, type RateLimit } from './rate-limit.ts';
import { createTokenRedact } from './redact.ts';
import type { Senders } from './redirects.ts';
import { isTransientStatus, type RequestRetryPolicy, requestDelayMs } from './retry-policy.ts';
import { StatisticsCounter } from './statistics.ts';

/** A response that was read and checked. */
export interface JsonResponse<T> {
  readonly value: T;
  readonly headers: HttpHeaders;
  readonly rateLimit: RateLimit | undefined;
}

/** How much of an error response is read. */
const errorBytesMax = 16 * 1024;

export class HttpClient {
  readonly statistics = new StatisticsCounter();
  readonly #context: ExchangeContext;
  readonly #pace: Pace;
  /** Why Percipio's last pause began. */
  #pauseReason = '';

  constructor(options: CompleteOptions, senders: Senders) {
    const redact = createTokenRedact(options.token);
    this.#context = { options, senders, statistics: this.statistics, redact };
    this.#pace = new Pace({ maxConcurrent: options.maxConcurrentRequests, retry: options.retry });
  }

  /** For callers that continue where a call gives up, as after a write with an unclear outcome. */
  get retry(): RequestRetryPolicy {
    return this.#context.options.retry;
  }

  /** For callers that wait between requests. */
  get waits(): Waits {
    return this.#context.options.waits;
  }

  /**
   * Sends a call.
   * @returns Its response as checked JSON.
   * @throws PercipioError
   */
  async json<Schema extends z.ZodType>(
    call: ApiCall,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<JsonResponse<z.output<Schema>>> {
    return await this.jsonAs(call, schema, signal, (response) => response);
  }

  /**
   * Sends a call. An error that `make` throws counts as a failure of the attempt.
   * @returns What `make` makes of the checked JSON.
   * @throws PercipioError
   */
  async jsonAs<Schema extends z.ZodType, T>(
    call: ApiCall,
    schema: Schema,
    signal: AbortSignal,
    make: (response: JsonResponse<z.output<Schema>>, exchange: Exchange) => T,
  ): Promise<T> {
    return await this.exchange(call, signal, async (response, exchange) => {
      const { responseBytesMax } = this.#context.options;
      const { text, isCut } = await response.body.readText(responseBytesMax);
      if (isCut) {
        const problem = `answered ${response.status} with more than ${responseBytesMax} bytes of JSON (--max-response-mib)`;
        throw exchange.fail({ kind: 'body', problem, isTransient: false });
      }
      const value = parseJson(text, schema, response.status, exchange);
      return make({ value, headers: response.headers, rateLimit: response.rateLimit }, exchange);
    });
  }

  /**
   * Sends a call until `read` has processed a response with status 2xx. An error that `read` throws counts as a failure
   * of the attempt, so that a body that breaks while it is read is requested again.
   * @throws PercipioError
   */
  async exchange<T>(
    call: ApiCall,
    signal: AbortSignal,
    read: (response: OpenResponse, exchange: Exchange) => Promise<T>,
  ): Promise<T> {
    const { retry: policy, logger, refuseWrite } = this.#context.options;
    // Here, since every call passes here: no method can forget it.
    if (call.method !== 'GET') {
      refuseWrite?.(`${call.method} ${new Exchange(this.#context, call, 1, signal).url}`, showBody(call));
    }
    let exchange: Exchange | undefined;
    const send = async (attempt: number) => {
      if (attempt > 1) this.statistics.retries += 1;
      exchange = new Exchange(this.#context, call, attempt, signal);
      return await this.#attempt(call, exchange, read, signal);
    };
    try {
      return await retry(send, {
        policy,
        signal,
        delayAfter: (error, backoffMs) =>
          error instanceof PercipioError ? requestDelayMs(policy, error, call.retry, backoffMs) : undefined,
        waits: this.waits,
        describeWait: ({ error }) => describeShortly(error as PercipioError),
        onRetry: ({ error, attempt, delayMs }) => {
          const { kind, message } = error as PercipioError;
          if (asksForPause(error, call)) this.#pause(error, delayMs);
          logger?.warn({ delay_ms: delayMs, attempt, kind }, `${message}; retrying`);
        },
      });
    } catch (error) {
      if (signal.aborted && exchange) throw exchange.failWith(undefined, undefined);
      if (asksForPause(error, call)) this.#pause(error, error.retryAfterMs ?? policy.delayMinMs);
      throw error;
    }
  }

  /** Ends all connections and the requests on them. */
  async close(): Promise<void> {
    await this.#context.senders.destroy();
  }

  async #attempt<T>(
    call: ApiCall,
    exchange: Exchange,
    read: (response: OpenResponse, exchange: Exchange) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const leave = await this.#takeTurn(call, exchange, signal);
    try {
      const startMs = performance.now();
      const response = await this.#send(call, exchange);
      const duration_ms = Math.round(performance.now() - startMs);
      const { status } = response;
      this.#context.options.logger?.debug(
        { method: call.method, url: exchange.url, redirected_to: exchange.redirectedTo, status, duration_ms },
        'percipio request',
      );
      try {
        if (status < 200 || status > 299) throw await this.#refuse(response, exchange);
        this.#pace.recover();
        return await read(response, exchange);
      } catch (error) {
        response.body.cancel();
        throw error;
      }
    } finally {
      leave();
    }
  }

  #pause(failure: PercipioError, pauseMs: number): void {
    this.#pauseReason = describeShortly(failure);
    this.#pace.pause(pauseMs);
  }

  async #send({ family }: ApiCall, exchange: Exchange): Promise<OpenResponse> {
    const atMostMs = this.#context.options.requestTimeoutMs;
    using _ = this.waits.begin({ what: 'waiting for a response from Percipio', state: family, atMostMs });
    return await exchange.send();
  }

  async #takeTurn(call: ApiCall, exchange: Exchange, signal: AbortSignal): Promise<() => void> {
    const { retryAfterMaxMs } = this.#context.options.retry;
    const pauseLeftMs = Math.ceil(this.#pace.pauseLeftMs);
    if (pauseLeftMs > retryAfterMaxMs) {
      const problem = `was not sent: Percipio asked for a pause, which lasts another ${formatSpan(pauseLeftMs)}`;
      throw exchange.fail({
        kind: 'http',
        problem,
        isTransient: true,
        isUnprocessed: true,
        retryAfterMs: pauseLeftMs,
      });
    }
    using _ = this.#showPace();
    try {
      return await this.#pace.enter(call.family === 'reporting', signal);
    } catch {
      // Only the signal makes it reject.
      throw exchange.failWith(undefined, undefined);
    }
  }

  #showPace(): Disposable | undefined {
    const { pauseLeftMs, isSlowed } = this.#pace;
    if (pauseLeftMs > 0) return this.waits.begin({ what: this.#pauseReason, retryMs: pauseLeftMs });
    return isSlowed ? this.waits.begin({ what: 'sending requests to Percipio more slowly, as it asked' }) : undefined;
  }

  async #refuse(response: OpenResponse, exchange: Exchange): Promise<PercipioError> {
    const { status, statusText, headers, rateLimit, body } = response;
    if (status === 401 || status === 403) this.statistics.refusals += 1;
    // If the body cannot be read, the status says enough.
    const whole = await body.readText(errorBytesMax).then(
      ({ text }) => text,
      () => '',
    );
    const text = exchange.excerpt(whole);
    const isThrottled = status === 429;
    const target = exchange.targetOf(response);
    const redirect = target === undefined ? '' : `, a redirect that is not followed, to ${target}`;
    const retryAfterMs = parseRetryAfterMs(headers, rateLimit, Date.now());
    const wait = retryAfterMs ? ` and asked to wait ${formatSpan(retryAfterMs)}` : '';
    return exchange.fail({
      kind: 'http',
      problem: `answered ${[status, statusText].join(' ').trim()}${wait}${redirect}${text === '' ? '' : `: ${text}`}`,
      isTransient: isTransientStatus(status),
      isUnprocessed: isThrottled,
      fieldProblems: readFieldProblems(whole),
      retryAfterMs,
    });
  }
}

/**
 * Whether Percipio gets too many requests, so that all requests must wait. After a write, only a 429 counts: after
 * another failure, its outcome must be read at once.
 */
function asksForPause(error: unknown, call: ApiCall): error is PercipioError {
  if (!(error instanceof PercipioError)) return false;
  const { status, isTransient, retryAfterMs } = error;
  return (
    status === 429 || (isTransient && status !== undefined && retryAfterMs !== undefined && call.retry === 'always')
  );
}

/** The body of a call as an operator may see it. */
function showBody({ body, secret }: ApiCall): JsonBody {
  const hide = (_key: string, value: unknown) => (secret !== undefined && value === secret ? redacted : value);
  return JSON.parse(JSON.stringify(body ?? null, hide));
}

/** Parses and checks a response. The error says what is wrong where, and quotes no value. */
export function parseJson<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  status: number,
  exchange: Exchange,
): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const start = text.trimStart()[0];
    // What begins like JSON and does not end like JSON was cut off between Percipio and here.
    const isCutOff = start === undefined || start === '{' || start === '[';
    const broken = start === undefined ? 'an empty body' : 'JSON that is cut off or malformed';
    const what = isCutOff ? broken : `something that is not JSON: ${exchange.excerpt(text)}`;
    throw exchange.fail({ kind: 'body', problem: `answered ${status} with ${what}`, isTransient: true });
  }
  const { itemsMax } = exchange;
  if (Array.isArray(json) && itemsMax !== undefined && json.length > itemsMax) {
    const problem = `answered ${status} with ${json.length} items, although at most ${itemsMax} were requested`;
    throw exchange.fail({ kind: 'body', problem, isTransient: false });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const isFailure = isFailureWithoutStatus(json);
  const what = isFailure ? `: ${exchange.excerpt(text)}` : '';
  const problem = `answered ${status} with unexpected JSON: ${describeIssues(parsed.error)}${what}`;
  throw exchange.fail({ kind: 'body', problem, isTransient: isFailure });
}

/**
 * Whether the JSON is a failure that a gateway reports without its status: no data at all, or a message. Anything else is
 * data of another form, which a retry does not change.
 */
function isFailureWithoutStatus(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return true;
  return !Array.isArray(json) && (Object.keys(json).length === 0 || readMessages(json).length > 0);
}

function describeIssues(error: z.ZodError): string {
  const shownMax = 3;
  const shown = error.issues
    .slice(0, shownMax)
    .map((issue) => `${z.core.toDotPath(issue.path) || 'the response'}: ${issue.message}`);
  const more = error.issues.length - shown.length;
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
