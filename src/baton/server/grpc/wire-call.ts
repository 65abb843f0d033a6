// One call on the wire: the context that its service sees, how it ends, and the line that the log gets about it.
import type { DescMethod } from '@bufbuild/protobuf';
import { Code, ConnectError, type ContextValues, createHandlerContext } from '@connectrpc/connect';
import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { describeError, describeStack } from '../../log/describe-error.ts';
import { type CallFailure, type GrpcStatus, toCallFailure, toGrpcStatus } from '../call-failure.ts';
import { createCallValues } from '../call-values.ts';
import type { RunningCall, RunningCalls } from '../running-calls.ts';
import { toHeaders, toMetadata } from './grpc-metadata.ts';

/** What every kind of grpc-js call has. */
export interface GrpcCall
  extends Pick<ServerUnaryCall<Buffer, Buffer>, 'metadata' | 'getPeer' | 'getHost' | 'getDeadline' | 'sendMetadata'> {
  once(event: 'cancelled', listener: () => void): unknown;
}

export interface WireCallOptions {
  readonly call: GrpcCall;
  readonly method: DescMethod;
  readonly logger: Logger;
  readonly running: RunningCalls;
  readonly setContextValues: ((values: ContextValues) => void) | undefined;
  /** Ends the call with an error on the wire. */
  readonly sendStatus: (status: GrpcStatus) => void;
}

/**
 * A caller's deadline ends a call at the caller too, a moment before it does here, and arrives as a cancellation.
 * Cancelled so shortly before its deadline, a call counts as having reached it.
 */
const deadlineToleranceMs = 10;

/** What still waits for a call that was answered is ended with this. One for all: an error made for each costs 30 µs. */
const hasEnded = new DOMException('the call has ended', 'AbortError');

/** Codes that say nothing of a call's caller, and much of the connector. */
const infoCodes: ReadonlySet<Code> = new Set([Code.Internal, Code.Unknown, Code.DataLoss]);

export class WireCall implements RunningCall {
  readonly service: string;
  readonly context: ReturnType<typeof createHandlerContext>;
  readonly #options: WireCallOptions;
  readonly #logFields: Readonly<Record<string, string>>;
  #ownLogger: Logger | undefined;
  readonly #startedAtMs = performance.now();
  #headersSent = false;
  #ended = false;
  #streamOver = false;
  #settled = false;

  constructor(options: WireCallOptions) {
    const { call, method, running, setContextValues } = options;
    const requestHeader = toHeaders(call.metadata);
    const requestId = requestHeader.get('x-request-id');
    const path = `${method.parent.typeName}/${method.name}`;
    this.service = method.parent.typeName;
    this.#options = options;
    // Not known any more when the connection has gone.
    this.#logFields = { method: path, peer: call.getPeer(), ...(requestId && { request_id: requestId }) };

    const contextValues = createCallValues(() => this.#logger);
    setContextValues?.(contextValues);
    const timeoutMs = remainingMs(call);
    this.context = createHandlerContext({
      service: method.parent,
      method,
      protocolName: 'grpc',
      requestMethod: 'POST',
      url: `http://${call.getHost()}/${path}`,
      requestHeader,
      contextValues,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    running.add(this);
    // grpc-js emits this when the caller cancels, when the deadline passes, and after the status of a call went out.
    call.once('cancelled', () => {
      this.#streamOver = true;
      if (!this.#ended) {
        this.context.abort(toCancellation(call));
      }
      this.#release();
    });
  }

  /** Whether no answer is awaited any more. */
  get over(): boolean {
    return this.#ended || this.context.signal.aborted;
  }

  /**
   * Sends the initial metadata, if the service has set any and it has not been sent: without any, an error is a single
   * block of headers.
   * @throws Error when gRPC cannot carry it.
   */
  sendHeaders(): void {
    if (this.#headersSent) {
      return;
    }
    this.#headersSent = true;
    const headers = toMetadataIfAny(this.context.responseHeader);
    if (headers) {
      this.#options.call.sendMetadata(headers);
    }
  }

  /** @throws Error when gRPC cannot carry it. */
  trailers(): Metadata | undefined {
    return toMetadataIfAny(this.context.responseTrailer);
  }

  /** Ends the call well: `send` sends what is left to send. */
  succeed(send: () => void): void {
    if (this.context.signal.aborted) {
      this.fail(this.context.signal.reason);
    } else if (!this.#ended) {
      this.#ended = true;
      send();
      if (this.#options.logger.isLevelEnabled('debug')) {
        this.#logger.debug({ code: 'OK', duration_ms: this.#durationMs() }, 'call answered');
      }
      this.context.abort(hasEnded);
    }
  }

  /** Ends the call with what becomes of an error. Only the first end of a call counts. */
  fail(error: unknown): void {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    const failure = toCallFailure(error, this.context.signal);
    this.#logFailure(failure);
    this.context.abort(failure.answer);
    if (!this.#streamOver) {
      this.#sendStatus(failure.answer);
    }
  }

  stop(reason: ConnectError): void {
    this.context.abort(reason);
    this.fail(reason);
  }

  /** Takes note that the service does nothing more for this call. */
  settle(): void {
    this.#settled = true;
    this.#release();
  }

  #release(): void {
    if (this.#streamOver && this.#settled) {
      this.#options.running.delete(this);
    }
  }

  #sendStatus(answer: ConnectError): void {
    try {
      this.sendHeaders();
      this.#options.sendStatus(toGrpcStatus(answer, this.context.responseTrailer));
    } catch (error) {
      // Metadata of the service that gRPC cannot carry must not cost the caller the answer.
      this.#logger.error({ error: describeError(error) }, 'metadata of the answer left out');
      this.#options.sendStatus(toGrpcStatus(new ConnectError(answer.rawMessage, answer.code), new Headers()));
    }
  }

  #logFailure({ answer, unexpected }: CallFailure): void {
    const level = unexpected ? 'error' : infoCodes.has(answer.code) ? 'info' : 'debug';
    if (!this.#options.logger.isLevelEnabled(level)) {
      return;
    }
    this.#logger[level](
      {
        code: Code[answer.code],
        duration_ms: this.#durationMs(),
        ...('reason' in answer && { reason: answer.reason }),
        // The answer to an unexpected error is a fixed text, and what happened is its cause.
        error: describeError(unexpected ? answer.cause : answer),
        ...(unexpected && answer.cause instanceof Error && { stack: describeStack(answer.cause) }),
      },
      'call failed',
    );
  }

  get #logger(): Logger {
    this.#ownLogger ??= this.#options.logger.child(this.#logFields);
    return this.#ownLogger;
  }

  #durationMs(): number {
    return Math.round(performance.now() - this.#startedAtMs);
  }
}

function toMetadataIfAny(headers: Headers): Metadata | undefined {
  return headers.keys().next().done ? undefined : toMetadata(headers);
}

/** Time until the call's deadline, if it has one. */
function remainingMs(call: GrpcCall): number | undefined {
  const deadlineMs = Number(call.getDeadline());
  return Number.isFinite(deadlineMs) ? deadlineMs - Date.now() : undefined;
}

function toCancellation(call: GrpcCall): ConnectError {
  const left = remainingMs(call);
  return left !== undefined && left <= deadlineToleranceMs
    ? new ConnectError('the deadline of the call has passed', Code.DeadlineExceeded)
    : new ConnectError('the caller has cancelled the call', Code.Canceled);
}
