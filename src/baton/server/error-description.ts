// What a log says of an error: type, text, stack and causes. Not its other properties, which may hold anything.

export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause?: ErrorDescription;
}

/** Causes deeper than this are left out; a cause may also lead back to the error. */
const causesMax = 8;

export function describeError(error: unknown, causesLeft = causesMax): ErrorDescription {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: String(error), stack: undefined };
  }
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause !== undefined && causesLeft > 0 && { cause: describeError(error.cause, causesLeft - 1) }),
  };
}
