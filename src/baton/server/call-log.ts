// The log of a call: who called what, and the one line that says how the call ended.
import { Code, type ContextKey, type ContextValues, createContextKey, type HandlerContext } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { describeError, describeStack } from '../log/describe-error.ts';
import { loggerKey } from '../services/call-context.ts';
import type { CallFailure } from './call-failure.ts';

/** Who calls, as `host:port`. Set by transports that know. */
export const peerKey = createContextKey<string | undefined>(undefined, { description: 'peer' });

/** Codes that say nothing of a call's caller, and much of the connector. */
const infoCodes: ReadonlySet<Code> = new Set([Code.Internal, Code.Unknown, Code.DataLoss]);

/** The calls, by the signals of their transports, whose failure has its line. */
const failuresLogged = new WeakSet<AbortSignal>();

export class CallLog {
  readonly #context: HandlerContext;
  readonly #startedAtMs = performance.now();
  #ownLogger: Logger | undefined;

  /** @param context - As the transport made it: its logger is the server's. */
  constructor(context: HandlerContext) {
    this.#context = context;
  }

  /** The logger of the call, with the method, the peer and the request id. Made when needed: few calls log anything. */
  get logger(): Logger {
    this.#ownLogger ??= this.#context.values.get(loggerKey).child(describeCaller(this.#context));
    return this.#ownLogger;
  }

  /** The context values of the call, with {@link logger} as its logger. */
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

  /** Does nothing for a call whose failure has its line: what ends a call may be seen at several places. */
  failed({ answer, unexpected }: CallFailure): void {
    if (failuresLogged.has(this.#context.signal)) {
      return;
    }
    failuresLogged.add(this.#context.signal);
    const level = unexpected ? 'error' : infoCodes.has(answer.code) ? 'info' : 'debug';
    if (!this.#context.values.get(loggerKey).isLevelEnabled(level)) {
      return;
    }
    this.logger[level](
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
