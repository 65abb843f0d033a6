// The error that a caller gets when a call fails. Errors that are not meant for callers become a fixed text.
import { create } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { ConnectError } from '@connectrpc/connect';
import { type Status, StatusSchema } from '#gen/google/rpc/status_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import { isUnexpected, unexpectedError } from '../author/unexpected-error.ts';

export interface CallFailure {
  /** The error for the caller. */
  readonly answer: ConnectError;
  /** Whether a service threw an error that is not meant for callers, which needs investigation. */
  readonly unexpected: boolean;
}

/**
 * Maps anything that a service throws to the error for its caller. Errors with a gRPC code stay as they are. An error
 * that only reports an abort becomes the reason of the abort. Anything else becomes an {@link unexpectedError}.
 * @param signal - The signal of the service.
 */
export function toCallFailure(error: unknown, signal: AbortSignal): CallFailure {
  if (error instanceof ConnectError) {
    return { answer: error, unexpected: isUnexpected(error) };
  }
  if (signal.aborted && isAbort(error, signal.reason)) {
    return { answer: toEndOfCall(signal.reason), unexpected: false };
  }
  return { answer: ConnectError.from(unexpectedError(error)), unexpected: true };
}

/**
 * A caller enforces its own deadline, too. That happens a moment earlier than here and arrives as a cancellation, so a
 * cancellation this close to the deadline counts as the deadline.
 */
const deadlineToleranceMs = 10;

/**
 * The error for a call that its transport ended.
 * @param reason - The reason of its signal.
 * @param remainingMs - The time until its deadline, if it has one.
 */
export function toEndOfCall(reason: unknown, remainingMs = Number.POSITIVE_INFINITY): ConnectError {
  if (reason instanceof ServiceError) {
    return ConnectError.from(reason);
  }
  const isLate =
    remainingMs <= deadlineToleranceMs ||
    (reason instanceof ConnectError && reason.code === Code.DeadlineExceeded) ||
    (reason instanceof Error && reason.name === 'TimeoutError');
  return ConnectError.from(
    isLate
      ? new ServiceError(Code.DeadlineExceeded, 'the deadline of the call has passed', { reason: 'deadline_exceeded' })
      : new ServiceError(Code.Canceled, 'the caller has cancelled the call', { reason: 'cancelled' }),
  );
}

/** Whether an error is the reason of an abort, or what fetch, undici, streams or timers throw for it. */
function isAbort(error: unknown, reason: unknown): boolean {
  const seen = new Set<unknown>();
  for (let current = error; current instanceof Error && !seen.has(current); current = current.cause) {
    seen.add(current);
    const code = 'code' in current ? current.code : undefined;
    if (
      current === reason ||
      current.name === 'AbortError' ||
      current.name === 'TimeoutError' ||
      code === 'ERR_STREAM_PREMATURE_CLOSE'
    ) {
      return true;
    }
  }
  return false;
}

/**
 * An error as `google.rpc.Status`, with its typed details: gRPC sends it in a header, and ConductorOne gets it in the
 * report of a task.
 */
export function toStatus(error: ConnectError, message: string = error.rawMessage.toWellFormed()): Status {
  return create(StatusSchema, { code: error.code, message, details: error.details.map(packDetail) });
}

function packDetail(detail: ConnectError['details'][number]): Any | { typeUrl: string; value: Uint8Array } {
  return 'desc' in detail
    ? anyPack(detail.desc, create(detail.desc, detail.value))
    : { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value };
}
