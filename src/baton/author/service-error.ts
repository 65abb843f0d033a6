// The one error that services throw: a gRPC code, a message for the person who must act, and a stable reason.
import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';

/** The codes of gRPC, as numbers on the wire (https://grpc.io/docs/guides/status-codes). */
export const Code = {
  Canceled: 1,
  Unknown: 2,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  AlreadyExists: 6,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  FailedPrecondition: 9,
  Aborted: 10,
  OutOfRange: 11,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
  DataLoss: 15,
  Unauthenticated: 16,
} as const;
export type Code = (typeof Code)[keyof typeof Code];

/** A message that travels with an error's status (`google.rpc.Status.details`). */
export interface ErrorDetail<Desc extends DescMessage = DescMessage> {
  readonly desc: Desc;
  readonly value: MessageInitShape<Desc>;
}

export interface ServiceErrorOptions {
  /** What went wrong, as a short stable word in snake case, for logs and tests: the text may change, this does not. */
  readonly reason: string;
  /** A `c1.connector.v2.RateLimitDescription` here makes a Go syncer wait until it resets. */
  readonly details?: readonly ErrorDetail[];
  /** What caused it. It is logged, and never sent to a caller. */
  readonly cause?: unknown;
}

/**
 * ConnectError, by what an author needs of it. Its own declaration names types of the DOM, without which a connector could
 * not be compiled.
 */
interface CodedError extends Error {
  readonly code: Code;
  /** The message without the code in front. */
  readonly rawMessage: string;
}
const CodedError = ConnectError as unknown as new (
  message: string,
  code: Code,
  metadata: undefined,
  details: ErrorDetail[] | undefined,
  cause: unknown,
) => CodedError;

/**
 * A failure that a caller may see as it is. Its text says what was asked, what came back and what to do, and holds no
 * secret. What is thrown and is not a ServiceError reaches a caller as INTERNAL with a fixed text.
 *
 * The code decides what a Go syncer does (pkg/retry and pkg/sync of baton-sdk v0.25.0): it retries UNAVAILABLE and
 * DEADLINE_EXCEEDED, quietly skips NOT_FOUND, and fails the sync on any other.
 */
export class ServiceError extends CodedError {
  readonly reason: string;

  constructor(code: Code, message: string, options: ServiceErrorOptions) {
    super(message, code, undefined, options.details ? [...options.details] : undefined, options.cause);
    // The name stays ConnectError's: Connect knows its errors by it.
    this.reason = options.reason;
  }

  /** ConnectError recognizes its like by their fields; a ServiceError is one of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(ServiceError, value);
  }
}
