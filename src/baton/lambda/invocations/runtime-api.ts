// The runtime API of AWS Lambda: four calls over HTTP to an address on the same machine. Together they are small, and
// the package of AWS for them compiles C++ when it is installed.
import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer, text } from 'node:stream/consumers';

/** A piece of work: one call of the connector. */
export interface LambdaInvocation {
  readonly id: string;
  readonly payload: Buffer;
  /** When Lambda kills the process, in milliseconds since 1970. Undefined if Lambda did not say so. */
  readonly deadlineMs: number | undefined;
}

/** How Lambda is told of a failure. Neither text may hold a secret: Lambda stores both. */
export interface LambdaFailure {
  /** A category, such as `Runtime.UnreadablePayload`. */
  readonly type: string;
  readonly message: string;
}

const version = '2018-06-01';
const accepted = 202;

/** An answer of the runtime API after which this process cannot go on. */
export class RuntimeApiError extends Error {
  override readonly name = 'RuntimeApiError';
  /** The status of the response, or undefined when there was none. */
  readonly status: number | undefined;

  constructor(message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}

export interface RuntimeApi {
  /**
   * Waits for the next invocation: seconds or hours, in which the process may be frozen. So no time limit applies.
   * @throws RuntimeApiError, and the reason of the signal.
   */
  next(signal: AbortSignal): Promise<LambdaInvocation>;
  /** Answers an invocation with JSON. @throws RuntimeApiError, with status 413 for a response that is too large. */
  respond(id: string, response: string): Promise<void>;
  /** Fails an invocation. @throws RuntimeApiError */
  fail(id: string, failure: LambdaFailure): Promise<void>;
  /** Says why this process cannot start. @throws RuntimeApiError */
  failStart(failure: LambdaFailure): Promise<void>;
  close(): void;
}

/** @param host - `AWS_LAMBDA_RUNTIME_API`: host and port. */
export function createRuntimeApi(host: string): RuntimeApi {
  // A single connection, as calls come one after the other. It is never idle while the process is frozen: the request
  // for the next invocation is under way by then.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<IncomingMessage> => {
    const url = `http://${host}/${version}/runtime${path}`;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { body, headers, signal } = options;
    const outgoing = request(url, { method, agent, headers, ...(signal && { signal }) }, resolve).once('error', reject);
    outgoing.end(body);
    try {
      return await promise;
    } catch (cause) {
      signal?.throwIfAborted();
      throw new RuntimeApiError(`the runtime API at ${host} does not answer`, { cause });
    }
  };
  const post = async (path: string, body: string, headers: Record<string, string> = {}): Promise<void> => {
    const response = await call('POST', path, { body, headers: { 'content-type': 'application/json', ...headers } });
    const answer = await text(response);
    if (response.statusCode !== accepted) throw unexpectedStatus(`POST ${path}`, response, answer);
  };
  const postFailure = ({ type, message }: LambdaFailure, path: string) =>
    post(path, JSON.stringify({ errorMessage: message, errorType: type }), {
      'lambda-runtime-function-error-type': type,
    });
  return {
    next: async (signal) => {
      const path = '/invocation/next';
      const response = await call('GET', path, { signal });
      const payload = await buffer(response);
      const id = response.headers['lambda-runtime-aws-request-id'];
      if (response.statusCode !== 200 || typeof id !== 'string' || id === '') {
        throw unexpectedStatus(`GET ${path}`, response, payload.toString());
      }
      return { id, payload, deadlineMs: readTime(response.headers['lambda-runtime-deadline-ms']) };
    },
    respond: (id, response) => post(`/invocation/${encodeURIComponent(id)}/response`, response),
    fail: (id, failure) => postFailure(failure, `/invocation/${encodeURIComponent(id)}/error`),
    failStart: (failure) => postFailure(failure, '/init/error'),
    close: () => agent.destroy(),
  };
}

interface CallOptions {
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

function readTime(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,16}$/.test(header) ? Number(header) : undefined;
}

function unexpectedStatus(what: string, { statusCode }: IncomingMessage, body: string): RuntimeApiError {
  const excerpt = body.slice(0, 200);
  const message = `the runtime API answered ${what} with ${statusCode}${excerpt && `: ${excerpt}`}`;
  return new RuntimeApiError(message, statusCode === undefined ? {} : { status: statusCode });
}
