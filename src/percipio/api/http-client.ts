// Requests to the API: sent, sent again where that makes sense, and their answers checked.
import { type HttpHeaders, type HttpSender, retry } from 'baton-connector-sdk/http';
import { z } from 'zod';
import type { CompleteOptions } from './client-options.ts';
import { type ApiCall, Exchange, type ExchangeContext, type OpenAnswer } from './exchange.ts';
import { Pace } from './pace.ts';
import { PercipioError } from './percipio-error.ts';
import { parseRetryAfterMs, type RateLimit } from './rate-limit.ts';
import { createTokenRedact } from './redact.ts';
import { type RequestRetryPolicy, requestDelayMs } from './retry-policy.ts';
import { StatisticsCounter } from './statistics.ts';

/** An answer that was read and checked. */
export interface Answer<T> {
  readonly value: T;
  readonly headers: HttpHeaders;
  readonly rateLimit: RateLimit | undefined;
}

/** The largest JSON answer, decompressed. A page of a thousand rich users is far below; a report is not read so. */
const answerBytesMax = 64 * 1024 * 1024;

/** How much of an error answer is looked at. */
const errorBytesMax = 16 * 1024;

export class HttpClient {
  readonly statistics = new StatisticsCounter();
  readonly #context: ExchangeContext;
  readonly #pace: Pace;

  constructor(options: CompleteOptions, sender: HttpSender) {
    const redact = createTokenRedact(options.token);
    this.#context = { options, sender, statistics: this.statistics, redact };
    this.#pace = new Pace({ maxConcurrent: options.maxConcurrentRequests, retry: options.retry });
  }

  /** For those who go on where a call gives up, as after a write whose outcome is unclear. */
  get retry(): RequestRetryPolicy {
    return this.#context.options.retry;
  }

  /**
   * Sends a call and gives its answer as checked JSON.
   * @throws PercipioError
   */
  async json<Schema extends z.ZodType>(
    call: ApiCall,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<Answer<z.output<Schema>>> {
    return await this.jsonAs(call, schema, signal, (answer) => answer);
  }

  /**
   * Sends a call and gives what `make` makes of its checked JSON. What `make` throws counts as a failure of the attempt.
   * @throws PercipioError
   */
  async jsonAs<Schema extends z.ZodType, T>(
    call: ApiCall,
    schema: Schema,
    signal: AbortSignal,
    make: (answer: Answer<z.output<Schema>>, exchange: Exchange) => T,
  ): Promise<T> {
    return await this.exchange(call, signal, async (answer, exchange) => {
      const { text, isCut } = await answer.body.readText(answerBytesMax);
      if (isCut) {
        const problem = `answered ${answer.status} with more than ${answerBytesMax} bytes of JSON`;
        throw exchange.fail({ kind: 'body', problem, isTransient: false });
      }
      const value = parseJson(text, schema, answer.status, exchange);
      return make({ value, headers: answer.headers, rateLimit: answer.rateLimit }, exchange);
    });
  }

  /**
   * Sends a call until `read` has made something of an answer with status 2xx. What `read` throws counts as a failure
   * of the attempt, so that a body that breaks while it is read is asked for again.
   * @throws PercipioError
   */
  async exchange<T>(
    call: ApiCall,
    signal: AbortSignal,
    read: (answer: OpenAnswer, exchange: Exchange) => Promise<T>,
  ): Promise<T> {
    const { retry: policy, logger } = this.#context.options;
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
        onRetry: ({ error, attempt, delayMs }) => {
          const { kind, message } = error as PercipioError;
          if (asksForPause(error, call)) this.#pace.pause(delayMs);
          logger?.warn({ delay_ms: delayMs, attempt, kind }, `${message}; retrying`);
        },
      });
    } catch (error) {
      if (signal.aborted && exchange) throw exchange.failWith(undefined, undefined);
      if (asksForPause(error, call)) this.#pace.pause(error.retryAfterMs ?? policy.delayMinMs);
      throw error;
    }
  }

  /** Ends all connections, and with them the requests that are still open. */
  async close(): Promise<void> {
    await this.#context.sender.destroy();
  }

  async #attempt<T>(
    call: ApiCall,
    exchange: Exchange,
    read: (answer: OpenAnswer, exchange: Exchange) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const leave = await this.#takeTurn(call, exchange, signal);
    try {
      const startMs = performance.now();
      const answer = await exchange.send();
      const duration_ms = Math.round(performance.now() - startMs);
      const { status } = answer;
      this.#context.options.logger?.debug(
        { method: call.method, url: exchange.url, status, duration_ms },
        'percipio request',
      );
      try {
        if (status < 200 || status > 299) throw await this.#refuse(answer, exchange);
        this.#pace.recover();
        return await read(answer, exchange);
      } catch (error) {
        answer.body.cancel();
        throw error;
      }
    } finally {
      leave();
    }
  }

  async #takeTurn(call: ApiCall, exchange: Exchange, signal: AbortSignal): Promise<() => void> {
    const { retryAfterMaxMs } = this.#context.options.retry;
    const pauseLeftMs = Math.ceil(this.#pace.pauseLeftMs);
    if (pauseLeftMs > retryAfterMaxMs) {
      const problem = `was not sent: Percipio has asked for a pause, which lasts ${Math.ceil(pauseLeftMs / 1000)} more seconds`;
      throw exchange.fail({
        kind: 'http',
        problem,
        isTransient: true,
        isUnprocessed: true,
        retryAfterMs: pauseLeftMs,
      });
    }
    try {
      return await this.#pace.enter(call.family === 'reporting', signal);
    } catch {
      // Rejects for no other reason than the signal.
      throw exchange.failWith(undefined, undefined);
    }
  }

  async #refuse(answer: OpenAnswer, exchange: Exchange): Promise<PercipioError> {
    const { status, statusText, headers, rateLimit, body } = answer;
    if (status === 401 || status === 403) this.statistics.refusals += 1;
    // The status says more than a body that cannot be read.
    const text = await body.readText(errorBytesMax).then(
      (whole) => exchange.excerpt(whole.text),
      () => '',
    );
    const isThrottled = status === 429;
    return exchange.fail({
      kind: 'http',
      problem: `answered ${[status, statusText].join(' ').trim()}${text === '' ? '' : `: ${text}`}`,
      isTransient: isThrottled || status === 502 || status === 503 || status === 504,
      isUnprocessed: isThrottled,
      retryAfterMs: parseRetryAfterMs(headers, rateLimit, Date.now()),
    });
  }
}

/**
 * Whether Percipio is asked too much, which is not said of this request alone. Of a write, only a 429 says so: whether
 * another failure has left it undone must be read at once.
 */
function asksForPause(error: unknown, call: ApiCall): error is PercipioError {
  if (!(error instanceof PercipioError)) return false;
  const { status, isTransient, retryAfterMs } = error;
  return (
    status === 429 || (isTransient && status !== undefined && retryAfterMs !== undefined && call.retry === 'always')
  );
}

/** Parses and checks an answer; its error names what is wrong where, and quotes no value. */
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
    // What begins as JSON does and does not end so was cut off by something between Percipio and here.
    const isCutOff = start === undefined || start === '{' || start === '[';
    const broken = start === undefined ? 'an empty body' : 'JSON that is cut off or broken';
    const what = isCutOff ? broken : `something that is no JSON: ${exchange.excerpt(text)}`;
    throw exchange.fail({ kind: 'body', problem: `answered ${status} with ${what}`, isTransient: isCutOff });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problem = `answered ${status} with JSON of another shape than expected: ${describeIssues(parsed.error)}`;
  throw exchange.fail({ kind: 'body', problem, isTransient: false });
}

function describeIssues(error: z.ZodError): string {
  const shownMax = 3;
  const shown = error.issues
    .slice(0, shownMax)
    .map((issue) => `${z.core.toDotPath(issue.path) || 'the whole'}: ${issue.message}`);
  const more = error.issues.length - shown.length;
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
