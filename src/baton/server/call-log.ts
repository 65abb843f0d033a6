// The log of a call: its logger, and the line about its outcome.
import { Code, type ContextKey, type ContextValues, createContextKey, type HandlerContext } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { describeError, describeStack } from '../log/describe-error.ts';
import { loggerKey } from '../services/call-context.ts';
import type { CallFailure } from './call-failure.ts';

/** The address of the caller, as `host:port`. Set by transports that have one. */
export const peerKey = createContextKey<string | undefined>(undefined, { description: 'peer' });

/** These codes are a fault of the connector, not of its caller. */
const infoCodes: ReadonlySet<Code> = new Set([Code.Internal, Code.Unknown, Code.DataLoss]);

/** The calls whose failure is logged, by the signals of their transports. */
const failuresLogged = new WeakSet<AbortSignal>();

/** How many requests could not be read so far, by the logger of the server. */
const unreadableCounts = new WeakMap<Logger, number>();

function countUnreadable(logger: Logger): number {
  const count = (unreadableCounts.get(logger) ?? 0) + 1;
  unreadableCounts.set(logger, count);
  return count;
}

function isUnreadableRequest(answer: CallFailure['answer']): boolean {
  return 'reason' in answer && answer.reason === 'unreadable_request';
}

export class CallLog {
  readonly #context: HandlerContext;
  readonly #startedAtMs = performance.now();
  #ownLogger: Logger | undefined;

  /** @param context - The context of the transport, with the logger of the server. */
  constructor(context: HandlerContext) {
    this.#context = context;
  }

  /** A logger with method, peer and request id. It is created when needed: few calls log anything. */
  get logger(): Logger {
    this.#ownLogger ??= this.#context.values.get(loggerKey).child(describeCaller(this.#context));
    return this.#ownLogger;
  }

  /** The context values of the transport, with {@link logger} in place of the server's. */
  values(): ContextValues {
    const { values } = this.#context;
    return {
      get: <Value>(key: ContextKey<Value>) => (key.id === loggerKey.id ? (this.logger as Value) : values.get(key)),
      set(key, value) {
        values.set(key, value);
        return this;
      },
      delete(key) {
        values.delete(key);
        return this;
      },
    };
  }

  answered(): void {
    if (this.#context.values.get(loggerKey).isLevelEnabled('debug')) {
      this.logger.debug({ code: 'OK', duration_ms: this.#durationMs() }, 'call answered');
    }
  }

  /**
   * Logs a failure once: several places may notice it.
   * @param isUnreadable - Whether the request could not be read. Anyone can send many of these: they are counted, and
   * logged at debug.
   */
  failed({ answer, unexpected }: CallFailure, isUnreadable = isUnreadableRequest(answer)): void {
    if (failuresLogged.has(this.#context.signal)) {
      return;
    }
    failuresLogged.add(this.#context.signal);
    const serverLogger = this.#context.values.get(loggerKey);
    const unreadable = isUnreadable ? countUnreadable(serverLogger) : undefined;
    const level = unexpected ? 'error' : infoCodes.has(answer.code) && !isUnreadable ? 'info' : 'debug';
    if (!serverLogger.isLevelEnabled(level)) {
      return;
    }
    this.logger[level](
      {
        code: Code[answer.code],
        duration_ms: this.#durationMs(),
        ...('reason' in answer && { reason: answer.reason }),
        ...(unreadable !== undefined && { unreadable_requests: unreadable }),
        // Of an unexpected error, the response has only a fixed text.
        error: describeError(unexpected ? answer.cause : answer),
        ...(unexpected && answer.cause instanceof Error && { stack: describeStack(answer.cause) }),
      },
      'call failed',
    );
  }

  #durationMs(): number {
    return Math.round(performance.now() - this.#startedAtMs);
  }
}

function describeCaller({ service, method, requestHeader, values }: HandlerContext): Record<string, string> {
  const peer = values.get(peerKey);
  const requestId = requestHeader.get('x-request-id');
  return {
    method: `${service.typeName}/${method.name}`,
    ...(peer !== undefined && { peer }),
    ...(requestId && { request_id: requestId }),
  };
}
