// What a caller learns when a call fails: errors meant for callers pass as they are, all others become one fixed text.
import { create } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { ConnectError } from '@connectrpc/connect';
import { type Status, StatusSchema } from '#gen/google/rpc/status_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import { isUnexpected, unexpectedError } from '../author/unexpected-error.ts';

export interface CallFailure {
  /** What the caller gets. */
  readonly answer: ConnectError;
  /** Whether no service meant this error for its caller, so that somebody must look into it. */
  readonly unexpected: boolean;
}

/**
 * Turns anything that a service threw into what its caller gets. Errors with a gRPC code pass. An error that only says
 * that the call was aborted becomes the reason of the abort. Anything else becomes what {@link unexpectedError} makes of it.
 * @param signal - The signal that the service was given.
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
 * A caller's deadline ends a call at the caller too, a moment before it does here, and arrives as a cancellation.
 * Cancelled so shortly before its deadline, a call counts as having reached it.
 */
const deadlineToleranceMs = 10;

/**
 * Why a call is over for its caller.
 * @param reason - What its signal was aborted with.
 * @param remainingMs - Time until its deadline, if it has one.
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

/** Whether an error is the reason of an abort, or one that fetch, undici, streams or timers make of it. */
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
