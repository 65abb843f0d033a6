// The response of a route: a status, headers, and a body, complete or in pieces.

/** The source may reuse a Buffer for the next piece: consumers that keep one must copy it. */
export type Pieces = Iterable<Buffer | string> | AsyncIterable<Buffer | string>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A string or Buffer is sent with its length; pieces are sent chunked, one chunk each, at the client's pace. */
  readonly body: string | Buffer | Pieces;
}

/** An error response of the API. */
export class ApiError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.headers = headers;
  }
}

/** A well-formed but invalid request: 422. */
export function unprocessable(message: string): ApiError {
  return new ApiError(422, message);
}

export function notFound(message: string): ApiError {
  return new ApiError(404, message);
}

/** A feature of the real API that the simulator lacks: 501, so that nobody mistakes it for a rule of the API. */
export function notSimulated(what: string): ApiError {
  return new ApiError(501, `the simulator does not support ${what}`);
}

export function jsonAnswer(value: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): Answer {
  return jsonTextAnswer(JSON.stringify(value), headers, status);
}

/** A response whose text is already JSON, or is meant to pass for it. */
export function jsonTextAnswer(
  body: Answer['body'],
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body };
}

/** Validation errors are a list, all others have a `message`: the real API returns both forms. */
export function errorAnswer(error: unknown): Answer {
  if (!(error instanceof ApiError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return jsonAnswer({ message: `the simulator failed: ${message}` }, {}, 500);
  }
  const { status, message, headers } = error;
  return jsonAnswer(status === 422 ? { errors: [{ message }] } : { message }, headers, status);
}
