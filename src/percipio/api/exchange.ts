// One request and its response: sent once, limited in time, ended by the caller's signal.
import type { HttpHeaders, HttpResponse } from 'baton-connector-sdk/http';
import type { CompleteOptions } from './client-options.ts';
import { cutErrorBody, describeErrorBody } from './describe-error-body.ts';
import { copyError, describeFailure } from './describe-failure.ts';
import type { Family } from './family.ts';
import { toPathTemplate } from './path-template.ts';
import { PercipioError, type PercipioErrorFields } from './percipio-error.ts';
import { parseRateLimit, type RateLimit } from './rate-limit.ts';
import { createSecretRedact, type Redact, showUrl } from './redact.ts';
import { findTarget, type Hop, hopsMax, type Senders } from './redirects.ts';
import { acceptedEncodings, decodeBody, ResponseBody } from './response-body.ts';
import { readHeader } from './response-headers.ts';
import type { RetryRule } from './retry-policy.ts';
import type { StatisticsCounter } from './statistics.ts';

/** A request to Percipio. */
export interface ApiCall {
  readonly family: Family;
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below the base URL; begins with a slash, its variable parts percent-encoded. */
  readonly path: string;
  /** Undefined parameters are omitted. */
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** How many items the response may list: more are not looked at, but are an error. */
  readonly itemsMax?: number | undefined;
  /** A part of the body, such as a password, that is never shown, not even if the response repeats it. */
  readonly secret?: string | undefined;
  /** After which failures it may be sent again. */
  readonly retry: RetryRule;
  /**
   * The body is read while it arrives, for as long as that takes: the time limit applies to the headers and to each
   * piece of the body. Default false: it applies to the complete response.
   */
  readonly isStreamed?: boolean | undefined;
}

/** What an exchange gets from its client. */
export interface ExchangeContext {
  readonly options: CompleteOptions;
  readonly senders: Senders;
  readonly statistics: StatisticsCounter;
  readonly redact: Redact;
}

/** A response whose headers have arrived and whose body is arriving. */
export interface OpenResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HttpHeaders;
  readonly rateLimit: RateLimit | undefined;
  readonly body: ResponseBody;
}

/** What distinguishes one failure from another; the exchange knows the rest. */
export type FailureFields = Pick<PercipioErrorFields, 'kind' | 'problem' | 'isTransient'> &
  Partial<Pick<PercipioErrorFields, 'retryAfterMs' | 'isUnprocessed' | 'fieldProblems' | 'cause'>>;

export class Exchange {
  readonly url: string;
  readonly #context: ExchangeContext;
  readonly #call: ApiCall;
  readonly #attempt: number;
  readonly #signal: AbortSignal;
  #hop: Hop;
  readonly #hideSecret: Redact;
  readonly #redact: Redact;
  readonly #abort = new AbortController();
  readonly #onAbort = () => this.#abort.abort();
  #deadline: NodeJS.Timeout | undefined;
  #isLate = false;
  #response: { readonly status: number; readonly rateLimit: RateLimit | undefined } | undefined;

  /** @param attempt - Which attempt of the call this is, from 1. */
  constructor(context: ExchangeContext, call: ApiCall, attempt: number, signal: AbortSignal) {
    this.#context = context;
    this.#call = call;
    this.#attempt = attempt;
    this.#signal = signal;
    const url = buildUrl(context.options.baseUrl, call);
    this.#hop = { url, count: 0, hasToken: true };
    this.url = context.redact(showUrl(url));
    this.#hideSecret = createSecretRedact(call.secret);
    this.#redact = (text) => context.redact(this.#hideSecret(text));
  }

  /** How many items the response may list; undefined for any number. */
  get itemsMax(): number | undefined {
    return this.#call.itemsMax;
  }

  /** Where the request was redirected to, as it may be shown; undefined without a redirect. */
  get redirectedTo(): string | undefined {
    const { url, count } = this.#hop;
    return count === 0 ? undefined : this.#redact(showUrl(url));
  }

  /**
   * Sends the request and waits for the headers of the response. Follows redirects where that is safe.
   * @throws PercipioError when there is none, or its body has an encoding that was not requested.
   */
  async send(): Promise<OpenResponse> {
    if (this.#signal.aborted) throw this.failWith(undefined, undefined);
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#deadline = setTimeout(() => {
      this.#isLate = true;
      this.#abort.abort();
    }, this.#context.options.requestTimeoutMs);
    try {
      let response = await this.#request();
      for (let next = this.#findNext(response); next; next = this.#findNext(response)) {
        response.body.on('error', () => {}).destroy();
        this.#hop = next;
        response = await this.#request();
      }
      return this.#open(response);
    } catch (error) {
      this.#release();
      throw error instanceof PercipioError ? error : this.failWith(error, undefined);
    }
  }

  /** Makes the error for an unexpected response. Its problem is shown without secrets. */
  fail(fields: FailureFields): PercipioError {
    const { family, method } = this.#call;
    const redirect = this.redirectedTo === undefined ? '' : `was redirected to ${this.redirectedTo} and `;
    return new PercipioError({
      isUnprocessed: false,
      ...fields,
      problem: redirect + this.#redact(fields.problem),
      fieldProblems: fields.fieldProblems?.map(({ field, problem }) => ({
        field: this.#redact(field),
        problem: this.#redact(problem),
      })),
      family,
      method,
      url: this.url,
      status: this.#response?.status,
      rateLimit: this.#response?.rateLimit,
      attempts: this.#attempt,
      isOfApi: this.#hop.hasToken,
    });
  }

  /** Makes the error for what was thrown, after so many bytes of the body; undefined before its headers. */
  failWith(error: unknown, receivedBytes: number | undefined): PercipioError {
    if (this.#signal.aborted) {
      return this.fail({ kind: 'aborted', problem: 'was cancelled', isTransient: false });
    }
    if (this.#isLate) {
      const what = receivedBytes === undefined ? 'got no response' : 'got only a part of the response';
      const problem = `${what} within ${this.#context.options.requestTimeoutMs} ms`;
      return this.fail({ kind: 'timeout', problem, isTransient: true });
    }
    return this.fail({ ...describeFailure(error, receivedBytes), cause: copyError(error, this.#redact) });
  }

  /** The start of a body as it may be shown in an error. */
  excerpt(body: string): string {
    // Before it as well: something like a tag inside a secret would be removed, and the rest not recognized.
    return describeErrorBody(this.#hideSecret(cutErrorBody(body)), this.#redact);
  }

  /** Where a redirect leads, as it may be shown; undefined if the response is not a redirect. */
  targetOf({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>): string | undefined {
    const target = findTarget(status, readHeader(headers, 'location'), this.#hop.url);
    return target && this.#redact(showUrl(target));
  }

  /**
   * The next hop of a redirect that is safe to follow: that of a read, which keeps its method, and not from HTTPS to HTTP.
   * The token goes only to the origin of the API, and nowhere after another origin.
   */
  #findNext({ status, headers }: HttpResponse): Hop | undefined {
    const { url, count, hasToken } = this.#hop;
    const { method, retry } = this.#call;
    const keepsMethod = method === 'GET' || (retry === 'always' && (status === 307 || status === 308));
    const target = findTarget(status, readHeader(headers, 'location'), url);
    if (target === undefined || !keepsMethod || count === hopsMax) return undefined;
    if (url.protocol === 'https:' && target.protocol !== 'https:') return undefined;
    return { url: target, count: count + 1, hasToken: hasToken && target.origin === url.origin };
  }

  async #request(): Promise<HttpResponse> {
    const { options, senders, statistics } = this.#context;
    const { url, hasToken } = this.#hop;
    const { method, body, family, isStreamed } = this.#call;
    statistics.countRequest(family);
    return await senders.of(url).request({
      path: url.pathname + url.search,
      template: toPathTemplate(url.pathname),
      attempt: this.#attempt,
      method,
      headers: {
        accept: 'application/json',
        'accept-encoding': acceptedEncodings,
        ...(hasToken ? { authorization: `Bearer ${options.token}` } : {}),
        'user-agent': options.userAgent,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      // The deadline covers the headers.
      signal: this.#abort.signal,
      bodyTimeoutMs: isStreamed === true ? options.requestTimeoutMs : undefined,
    });
  }

  #open(response: HttpResponse): OpenResponse {
    const { status, statusText, headers } = response;
    const rateLimit = parseRateLimit(headers, Date.now());
    this.#response = { status, rateLimit };
    const contentEncoding = readHeader(headers, 'content-encoding');
    const decoded = decodeBody(response.body, contentEncoding);
    if (decoded === undefined) {
      response.body.on('error', () => {}).destroy();
      const problem = `answered ${status} with a content-encoding that was not requested: ${contentEncoding}`;
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
