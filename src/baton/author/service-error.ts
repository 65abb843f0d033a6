// The error that services throw: a gRPC code, a message for the person who must act, and a stable reason.
import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.js';
import { Code } from './code.ts';
import type { ErrorReason } from './error-reasons.ts';

export { Code };

/** A message that travels with an error's status (`google.rpc.Status.details`). */
export interface ErrorDetail<Desc extends DescMessage = DescMessage> {
  readonly desc: Desc;
  readonly value: MessageInitShape<Desc>;
}

/** What a {@link ServiceError} carries besides code and message. */
export interface ServiceErrorOptions {
  /**
   * What went wrong, as a short word in snake_case for logs and tests. The message may change; this must not. One of the
   * SDK's (docs/errors.md) where it fits, or the connector's own.
   */
  readonly reason: ErrorReason | (string & Record<never, never>);
  /**
   * The failure in a few words, as a clause, for those who watch a sync wait until it tries again:
   * `Acme asked to wait 5 min (429)`. Default: the message.
   */
  readonly summary?: string | undefined;
  /** A `c1.connector.v2.RateLimitDescription` here makes a Go syncer wait until it resets. */
  readonly details?: readonly ErrorDetail[];
  /** The underlying error. It is logged, and never sent to a caller. */
  readonly cause?: unknown;
}

/**
 * The part of ConnectError that an author needs. Its own declaration uses DOM types, so a connector could not be compiled
 * without them.
 */
interface CodedError extends Error {
  readonly code: Code;
  /** The message without the leading code. */
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
 * A failure that a caller may see as it is. Its message says what was asked, what came back and what to do, and contains
 * no secret. Any other error reaches a caller as INTERNAL with a fixed text.
 *
 * The code decides what a Go syncer does (pkg/retry and pkg/sync of baton-sdk v0.25.0): it retries UNAVAILABLE and
 * DEADLINE_EXCEEDED, quietly skips NOT_FOUND, and fails the sync on any other code.
 */
export class ServiceError extends CodedError {
  readonly reason: string;
  readonly summary: string | undefined;

  constructor(code: Code, message: string, options: ServiceErrorOptions) {
    super(message, code, undefined, options.details ? [...options.details] : undefined, options.cause);
    // Keep the name of ConnectError: Connect recognizes its errors by it.
    this.reason = options.reason;
    this.summary = options.summary;
  }

  /** ConnectError accepts anything with its fields; only instances of this class are ServiceErrors. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(ServiceError, value);
  }
}

/**
 * Whether an error comes from a temporary condition, so that a repetition may succeed: the codes on which the Go SDK
 * retries (pkg/retry of baton-sdk v0.25.0).
 */
export function isTransient(error: unknown): boolean {
  return error instanceof ConnectError && (error.code === Code.Unavailable || error.code === Code.DeadlineExceeded);
}

/**
 * The error for a change that the connector declines on purpose and for good. ConductorOne shows `message` to the person
 * who asked, because of the detail by which the Go SDK marks such errors (pkg/types/grant/cancelled.go of baton-sdk
 * v0.25.0).
 * @param reason - See {@link ServiceErrorOptions}.
 */
export function refusal(message: string, reason: string): ServiceError {
  const value = {
    reason: 'grant_cancelled',
    domain: 'github.com/conductorone/baton-sdk',
    metadata: { reason: message },
  };
  return new ServiceError(Code.FailedPrecondition, message, { reason, details: [{ desc: ErrorInfoSchema, value }] });
}
