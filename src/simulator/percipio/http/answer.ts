// The response of a route: a status, headers, and a body, complete or in pieces.

/** The source may reuse a Buffer for the next piece: consumers that keep one must copy it. */
export type Pieces = Iterable<Buffer | string> | AsyncIterable<Buffer | string>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A string or Buffer is sent with its length; pieces are sent chunked, one chunk each, at the client's pace. */
  readonly body: string | Buffer | Pieces;
}

/** A response whose body has been read. */
export interface WholeAnswer extends Answer {
  readonly body: Buffer;
}

export async function readAnswer(answer: Answer): Promise<WholeAnswer> {
  const { body } = answer;
  if (typeof body === 'string' || Buffer.isBuffer(body)) return { ...answer, body: Buffer.from(body) };
  const pieces: Buffer[] = [];
  // A copy, since the source may reuse a piece.
  for await (const piece of body) pieces.push(Buffer.from(piece));
  return { ...answer, body: Buffer.concat(pieces) };
}

/** An error response of the API. */
export class ApiError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The invalid field and the problem, such as `login_name->field_too_long`. Only writes of users have it. */
  readonly additionalInfo: string | undefined;

  constructor(
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    additionalInfo: string | undefined = undefined,
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.headers = headers;
    this.additionalInfo = additionalInfo;
  }
}

/** A well-formed but invalid request: 422. */
export function unprocessable(message: string, additionalInfo?: string): ApiError {
  return new ApiError(422, message, {}, additionalInfo);
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

/**
 * The form of error bodies:
 * - `message`: `{message}`, and `{errors: [{message}]}` for validation errors;
 * - `code`: `{errors: [{code, additionalInfo}]}`, as seen from Percipio's user management. Infos are those that
 *   Skillsoft's help lists for user imports. All other infos, and all codes but INVALID_FIELD_VALUE, are a guess;
 * - `error`, `errorMessage`, `fault`: `{error: {message}}`, `{errorMessage}`, `{fault: {faultstring}}`, as gateways do.
 */
export const ERROR_FORMS = ['message', 'code', 'error', 'errorMessage', 'fault'] as const;
export type ErrorForm = (typeof ERROR_FORMS)[number];

const CODES: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'INVALID_FIELD_VALUE',
  422: 'INVALID_FIELD_VALUE',
};

export function errorAnswer(error: unknown, form: ErrorForm = 'message'): Answer {
  if (!(error instanceof ApiError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return jsonAnswer({ message: `the simulator failed: ${message}` }, {}, 500);
  }
  return jsonAnswer(errorBody(error, form), error.headers, error.status);
}

function errorBody({ status, message, additionalInfo }: ApiError, form: ErrorForm): unknown {
  switch (form) {
    case 'message':
      return status === 422 ? { errors: [{ message }] } : { message };
    case 'code':
      return { errors: [{ code: CODES[status] ?? 'ERROR', additionalInfo: additionalInfo ?? message }] };
    case 'error':
      return { error: { code: status, message } };
    case 'errorMessage':
      return { errorMessage: message };
    case 'fault':
      return { fault: { faultstring: message, detail: { errorcode: `steps.${status}` } } };
  }
}
