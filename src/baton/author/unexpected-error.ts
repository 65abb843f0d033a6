// What callers see of an error that no service meant for them.
import { Code, ServiceError } from './service-error.ts';

/** The Go SDK's answer for a handler that panicked. It never says what happened. */
export const internalErrorText = 'Internal Server Error';

/** INTERNAL with a fixed text. The original error is its cause, for the log and for an operator in the same process. */
export function unexpectedError(original: unknown): ServiceError {
  return new ServiceError(Code.Internal, internalErrorText, { reason: 'unexpected_error', cause: original });
}

/** Whether {@link unexpectedError} made an error. Its cause is the original. */
export function isUnexpected(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.reason === 'unexpected_error';
}
