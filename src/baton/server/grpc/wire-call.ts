// One call of a grpc-js server: its context, and the end of its stream.
import type { DescMethod } from '@bufbuild/protobuf';
import { ConnectError, type ContextValues, createContextValues, createHandlerContext } from '@connectrpc/connect';
import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { describeError } from '../../log/describe-error.ts';
import { loggerKey } from '../../services/call-context.ts';
import { toCallFailure, toEndOfCall } from '../call-failure.ts';
import { CallLog, peerKey } from '../call-log.ts';
import type { RunningCall, RunningCalls } from '../running-calls.ts';
import { toHeaders, toMetadata } from './grpc-metadata.ts';
import { type GrpcStatus, toGrpcStatus } from './grpc-status.ts';

/** The common part of all kinds of grpc-js calls. */
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
  /** Sends an error, which ends the call. */
  readonly sendStatus: (status: GrpcStatus) => void;
}

export class WireCall implements RunningCall {
  readonly service: string;
  readonly context: ReturnType<typeof createHandlerContext>;
  readonly #options: WireCallOptions;
  readonly #log: CallLog;
  #headersSent = false;
  #ended = false;
  #streamOver = false;

  constructor(options: WireCallOptions) {
    const { call, method, logger, running, setContextValues } = options;
    this.service = method.parent.typeName;
    this.#options = options;

    // The peer is unknown once the connection is closed. Callers over a Unix socket have no address.
    const peer = call.getPeer();
    const contextValues = createContextValues().set(loggerKey, logger);
    if (peer !== 'unknown') contextValues.set(peerKey, peer);
    setContextValues?.(contextValues);
    const timeoutMs = remainingMs(call);
    this.context = createHandlerContext({
      service: method.parent,
      method,
      protocolName: 'grpc',
      requestMethod: 'POST',
      url: `http://${call.getHost()}/${method.parent.typeName}/${method.name}`,
      requestHeader: toHeaders(call.metadata),
      contextValues,
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    this.#log = new CallLog(this.context);
    running.add(this);
    // grpc-js emits this when the caller cancels, when the deadline passes, and after it sent the status.
    call.once('cancelled', () => {
      this.#streamOver = true;
      if (!this.#ended) {
        this.context.abort();
      }
      running.delete(this);
    });
  }

  /** Whether nobody waits for a response. */
  get over(): boolean {
    return this.#ended || this.context.signal.aborted;
  }

  /**
   * Sends the initial metadata once, if the service has set any. Without any, an error is a single block of headers.
   * @throws Error when gRPC cannot transport it.
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

  /** @throws Error when gRPC cannot transport them. */
  trailers(): Metadata | undefined {
    return toMetadataIfAny(this.context.responseTrailer);
  }

  /** Ends the call successfully. `send` sends the rest of the response. */
  succeed(send: () => void): void {
    if (this.context.signal.aborted) {
      this.fail(toEndOfCall(this.context.signal.reason, this.context.timeoutMs()));
    } else if (!this.#ended) {
      this.#ended = true;
      send();
      this.context.abort();
    }
  }

  /** Ends the call with an error, unless it has ended. */
  fail(error: unknown): void {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    const failure = toCallFailure(error, this.context.signal);
    this.#log.failed(failure);
    this.context.abort(failure.answer);
    if (!this.#streamOver) {
      this.#sendStatus(failure.answer);
    }
  }

  stop(reason: ConnectError): void {
    this.context.abort(reason);
  }

  #sendStatus(answer: ConnectError): void {
    try {
      this.sendHeaders();
      this.#options.sendStatus(toGrpcStatus(answer, this.context.responseTrailer));
    } catch (error) {
      // The caller must get the status even if gRPC cannot transport the metadata of the service.
      this.#log.logger.error({ error: describeError(error) }, 'cannot send metadata of the response');
      this.#options.sendStatus(toGrpcStatus(new ConnectError(answer.rawMessage, answer.code), new Headers()));
    }
  }
}

function toMetadataIfAny(headers: Headers): Metadata | undefined {
  return headers.keys().next().done ? undefined : toMetadata(headers);
}

/** The time until the deadline of the call, if it has one. */
function remainingMs(call: GrpcCall): number | undefined {
  const deadlineMs = Number(call.getDeadline());
  return Number.isFinite(deadlineMs) ? deadlineMs - Date.now() : undefined;
}
