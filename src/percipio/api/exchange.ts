// One request and its answer: sent once, bounded in time, ended by the caller's signal.
import type { HttpHeaders, HttpResponse, HttpSender } from 'baton-connector-sdk/http';
import { readHeader } from './answer-headers.ts';
import type { CompleteOptions } from './client-options.ts';
import { acceptedEncodings, decodeBody } from './decode-body.ts';
import { describeErrorBody } from './describe-error-body.ts';
import { copyError, describeFailure } from './describe-failure.ts';
import type { Family } from './family.ts';
import { PercipioError, type PercipioErrorFields } from './percipio-error.ts';
import { parseRateLimit, type RateLimit } from './rate-limit.ts';
import { createSecretRedact, type Redact, showUrl } from './redact.ts';
import { ResponseBody } from './response-body.ts';
import type { RetryRule } from './retry-policy.ts';
import type { StatisticsCounter } from './statistics.ts';

/** A request to Percipio. */
export interface ApiCall {
  readonly family: Family;
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below the base URL; begins with a slash, its variable parts percent-encoded. */
  readonly path: string;
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** A part of the body, such as a password, that is shown nowhere, not even when the answer repeats it. */
  readonly secret?: string | undefined;
  /** After which failures it may be sent again. */
  readonly retry: RetryRule;
  /**
   * The body is read while it arrives, for as long as it takes: the time limit holds for the headers and for each
   * next piece. Default false: it holds for the whole.
   */
  readonly isStreamed?: boolean | undefined;
}

/** What an exchange needs of its client. */
export interface ExchangeContext {
  readonly options: CompleteOptions;
  readonly sender: HttpSender;
  readonly statistics: StatisticsCounter;
  readonly redact: Redact;
}

/** An answer whose headers are here and whose body is on its way. */
export interface OpenAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HttpHeaders;
  readonly rateLimit: RateLimit | undefined;
  readonly body: ResponseBody;
}

/** What tells one failure from another; the exchange knows the rest. */
export type FailureFields = Pick<PercipioErrorFields, 'kind' | 'problem' | 'isTransient'> &
  Partial<Pick<PercipioErrorFields, 'retryAfterMs' | 'isUnprocessed' | 'cause'>>;

export class Exchange {
  readonly url: string;
  readonly #context: ExchangeContext;
  readonly #call: ApiCall;
  readonly #attempt: number;
  readonly #signal: AbortSignal;
  readonly #target: URL;
  readonly #hideSecret: Redact;
  readonly #redact: Redact;
  readonly #abort = new AbortController();
  readonly #onAbort = () => this.#abort.abort();
  #deadline: NodeJS.Timeout | undefined;
  #isLate = false;
  #answer: { readonly status: number; readonly rateLimit: RateLimit | undefined } | undefined;

  /** @param attempt - The how-manieth sending of the call this is, from 1. */
  constructor(context: ExchangeContext, call: ApiCall, attempt: number, signal: AbortSignal) {
    this.#context = context;
    this.#call = call;
    this.#attempt = attempt;
    this.#signal = signal;
    this.#target = buildUrl(context.options.baseUrl, call);
    this.url = context.redact(showUrl(this.#target));
    this.#hideSecret = createSecretRedact(call.secret);
    this.#redact = (text) => context.redact(this.#hideSecret(text));
  }

  /**
   * Sends the request and waits for the headers of the answer.
   * @throws PercipioError when there is none, or its body is encoded in a way that was not asked for.
   */
  async send(): Promise<OpenAnswer> {
    if (this.#signal.aborted) throw this.failWith(undefined, undefined);
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#deadline = setTimeout(() => {
      this.#isLate = true;
      this.#abort.abort();
    }, this.#context.options.requestTimeoutMs);
    try {
      return this.#open(await this.#request());
    } catch (error) {
      this.#release();
      throw error instanceof PercipioError ? error : this.failWith(error, undefined);
    }
  }

  /** Makes the error for an answer that is not what was asked for. Its problem is shown without secrets. */
  fail(fields: FailureFields): PercipioError {
    const { family, method } = this.#call;
    return new PercipioError({
      isUnprocessed: false,
      ...fields,
      problem: this.#redact(fields.problem),
      family,
      method,
      url: this.url,
      status: this.#answer?.status,
      rateLimit: this.#answer?.rateLimit,
      attempts: this.#attempt,
    });
  }

  /** Makes the error for what was thrown, after so many bytes of the body; nothing before its headers. */
  failWith(error: unknown, receivedBytes: number | undefined): PercipioError {
    if (this.#signal.aborted) {
      return this.fail({ kind: 'aborted', problem: 'was cancelled', isTransient: false });
    }
    if (this.#isLate) {
      const what = receivedBytes === undefined ? 'got no answer' : 'got only a part of the answer';
      const problem = `${what} within ${this.#context.options.requestTimeoutMs} ms`;
      return this.fail({ kind: 'timeout', problem, isTransient: true });
    }
    return this.fail({ ...describeFailure(error, receivedBytes), cause: copyError(error, this.#redact) });
  }

  /** The start of a body as it may be shown in an error. */
  excerpt(body: string): string {
    // Before as well: what looks like a tag in a secret would be taken out of the middle of it.
    return describeErrorBody(this.#hideSecret(body), this.#redact);
  }

  async #request(): Promise<HttpResponse> {
    const { options, sender, statistics } = this.#context;
    const { method, body, family, isStreamed } = this.#call;
    statistics.countRequest(family);
    return await sender.request({
      path: this.#target.pathname + this.#target.search,
      method,
      headers: {
        accept: 'application/json',
        'accept-encoding': acceptedEncodings,
        authorization: `Bearer ${options.token}`,
        'user-agent': options.userAgent,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      // The deadline covers the headers.
      signal: this.#abort.signal,
      bodyTimeoutMs: isStreamed === true ? options.requestTimeoutMs : undefined,
    });
  }

  #open(response: HttpResponse): OpenAnswer {
    const { status, statusText, headers } = response;
    const rateLimit = parseRateLimit(headers, Date.now());
    this.#answer = { status, rateLimit };
    const contentEncoding = readHeader(headers, 'content-encoding');
    const decoded = decodeBody(response.body, contentEncoding);
    if (decoded === undefined) {
      response.body.on('error', () => {}).destroy();
      const problem = `answered ${status} with a content-encoding that was not asked for: ${contentEncoding}`;
      throw this.fail({ kind: 'body', problem, isTransient: false });
    }
    const isEndless = this.#call.isStreamed === true && status >= 200 && status < 300;
    if (isEndless) clearTimeout(this.#deadline);
    const body = new ResponseBody({
      decoded,
      statistics: this.#context.statistics,
      fail: (error, receivedBytes) => this.failWith(error, receivedBytes),
      onEnd: () => this.#release(),
    });
    return { status, statusText, headers, rateLimit, body };
  }

  #release(): void {
    clearTimeout(this.#deadline);
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}

function buildUrl(baseUrl: URL, call: ApiCall): URL {
  const url = new URL(baseUrl);
  url.pathname = baseUrl.pathname.replace(/\/$/, '') + call.path;
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}
