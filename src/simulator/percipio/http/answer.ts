// What a route answers: a status, headers, and a body that is whole or comes in pieces.

/** Who gives pieces may write a Buffer anew when the next piece is asked for: who keeps one must copy it. */
export type Pieces = Iterable<Buffer | string> | AsyncIterable<Buffer | string>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A string or Buffer is sent with its length; pieces are sent chunked, each as a chunk of its own, as the client reads. */
  readonly body: string | Buffer | Pieces;
}

/** An error that the API answers with. */
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

/** A request that is understood and wrong: 422. */
export function unprocessable(message: string): ApiError {
  return new ApiError(422, message);
}

export function notFound(message: string): ApiError {
  return new ApiError(404, message);
}

/** Something that the real API has and the simulator has not: 501, so that nobody takes it for a rule of the API. */
export function notSimulated(what: string): ApiError {
  return new ApiError(501, `the simulator doesn't have ${what}`);
}

export function jsonAnswer(value: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): Answer {
  return jsonTextAnswer(JSON.stringify(value), headers, status);
}

/** An answer of text that is JSON already, or is meant to pass for it. */
export function jsonTextAnswer(
  body: Answer['body'],
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body };
}

/** Validation errors are a list, all others a `message`: both forms are seen. */
export function errorAnswer(error: unknown): Answer {
  if (!(error instanceof ApiError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return jsonAnswer({ message: `the simulator failed: ${message}` }, {}, 500);
  }
  const { status, message, headers } = error;
  return jsonAnswer(status === 422 ? { errors: [{ message }] } : { message }, headers, status);
}
