// An action task that does not say which action it is about.
import { Code, ServiceError } from '../../author/service-error.ts';
import { failed, type TaskOutcome } from './task-outcome.ts';

/** Counts as a failure that may pass, as with the Go runner. */
export function nothingNamed(what: string): TaskOutcome {
  return failed(new ServiceError(Code.InvalidArgument, `${what} required`, { reason: 'malformed_task' }));
}
