// What a caller is told when a call fails: the error as it is if it was meant for callers, a fixed text otherwise.
import { create, toBinary } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Metadata } from '@grpc/grpc-js';
import { StatusSchema } from '#gen/google/rpc/status_pb.js';
import { toMetadata } from './grpc/grpc-metadata.ts';

/** What the Go SDK answers for a handler that panicked; the text never tells what happened. */
export const internalErrorText = 'Internal Server Error';

/** Longest text of a status. It travels in a header, and clients refuse header blocks of some tens of kilobytes. */
const messageLengthMax = 4000;

export interface GrpcStatus {
  readonly code: number;
  /** The text. grpc-js calls it so; the details of the status are in the metadata. */
  readonly details: string;
  readonly metadata: Metadata;
}

export interface CallFailure {
  /** What the caller gets. */
  readonly answer: ConnectError;
  /** Whether it was no error that a service meant for its caller, but one that somebody must look into. */
  readonly unexpected: boolean;
}

/**
 * What becomes of an error that a service threw. Errors with a gRPC code pass. An error that only says that the call
 * was aborted becomes the reason of the abort. Anything else becomes INTERNAL with {@link internalErrorText}, and the
 * original its cause, for the log.
 * @param signal - The signal that the service was given.
 */
export function toCallFailure(error: unknown, signal: AbortSignal): CallFailure {
  if (error instanceof ConnectError) {
    return { answer: error, unexpected: false };
  }
  if (signal.aborted && signal.reason instanceof ConnectError && isAbort(error, signal.reason)) {
    return { answer: signal.reason, unexpected: false };
  }
  return { answer: new ConnectError(internalErrorText, Code.Internal, undefined, undefined, error), unexpected: true };
}

/** The status on the wire: code, text, and with details `google.rpc.Status` in `grpc-status-details-bin`. */
export function toGrpcStatus(error: ConnectError, trailer: Headers): GrpcStatus {
  const text = error.rawMessage.toWellFormed();
  const message = text.length > messageLengthMax ? `${text.slice(0, messageLengthMax).toWellFormed()}…` : text;
  const metadata = toMetadata(trailer, error.metadata);
  if (error.details.length > 0) {
    const status = create(StatusSchema, { code: error.code, message, details: error.details.map(packDetail) });
    metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, status)));
  }
  return { code: error.code, details: message, metadata };
}

function packDetail(detail: ConnectError['details'][number]): Any | { typeUrl: string; value: Uint8Array } {
  return 'desc' in detail
    ? anyPack(detail.desc, create(detail.desc, detail.value))
    : { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value };
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
