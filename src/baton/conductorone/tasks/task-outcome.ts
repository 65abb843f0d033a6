// How a task ended, and how that is reported to ConductorOne.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { ConnectError } from '@connectrpc/connect';
import { Code, isTransient, ServiceError } from '../../author/service-error.ts';

export type TaskOutcome =
  | { readonly kind: 'succeeded'; readonly response?: Any; readonly annotations: readonly Any[] }
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      /** Whether ConductorOne may hand out the task again. */
      readonly retryable: boolean;
      readonly annotations: readonly Any[];
    }
  /** The Go runner reports nothing in this case, and ConductorOne expects nothing. An error is only logged. */
  | { readonly kind: 'unreported'; readonly error?: unknown };

/** A success with the connector's response, unchanged. */
export function succeeded<Desc extends DescMessage>(
  schema: Desc,
  response: MessageShape<Desc>,
  annotations: readonly Any[] = [],
): TaskOutcome {
  return { kind: 'succeeded', response: anyPack(schema, response), annotations };
}

/** Codes of failures that no repetition overcomes: a person has to act first. */
const finalCodes: ReadonlySet<Code> = new Set([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.Unauthenticated,
  Code.FailedPrecondition,
  Code.OutOfRange,
  Code.Unimplemented,
]);

/** Whether a repetition cannot overcome an error, as its code says. */
export function isFinal(error: unknown): boolean {
  return error instanceof ConnectError && finalCodes.has(error.code);
}

/** Whether the application refused the credentials of the connector, or what they may do. */
export function isRefusal(outcome: TaskOutcome): boolean {
  if (outcome.kind === 'succeeded' || !(outcome.error instanceof ConnectError)) return false;
  return outcome.error.code === Code.Unauthenticated || outcome.error.code === Code.PermissionDenied;
}

/** A failure that may be retried, unless its code says that this is futile. */
export function failed(error: unknown, annotations: readonly Any[] = []): TaskOutcome {
  return { kind: 'failed', error, retryable: !isFinal(error), annotations };
}

/**
 * A change that failed. It may be retried after a temporary failure only. Changes are safe to repeat: a repetition reads
 * first, and finds what an earlier attempt has done.
 */
export function failedChange(error: unknown): TaskOutcome {
  return { kind: 'failed', error, retryable: isTransient(error), annotations: [] };
}

/**
 * A sync that failed. It may be retried, since another time the application may have what was missing, such as a report;
 * but not with credentials that the application has refused.
 */
export function failedSync(error: unknown): TaskOutcome {
  const retryable = !(error instanceof ConnectError && error.code === Code.Unauthenticated);
  return { kind: 'failed', error, retryable, annotations: [] };
}

/** A failure that must not be retried. */
export function failedForGood(error: unknown, annotations: readonly Any[] = []): TaskOutcome {
  return { kind: 'failed', error, retryable: false, annotations };
}

/** A task that lacks what it is about. */
export function malformed(name: string, annotations: readonly Any[] = []): TaskOutcome {
  const error = new ServiceError(Code.InvalidArgument, `malformed ${name} task`, { reason: 'malformed_task' });
  return failedForGood(error, annotations);
}

/** An end that is not reported. */
export function unreported(error?: unknown): TaskOutcome {
  return { kind: 'unreported', ...(error !== undefined && { error }) };
}

/** A failure that is reported only if it is final. */
export function unreportedUnlessFinal(error: unknown): TaskOutcome {
  return isFinal(error) ? failed(error) : unreported(error);
}
