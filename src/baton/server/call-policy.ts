// One policy for all calls, whatever the transport: gRPC, HTTP or the same process. It validates requests, ends a call when
// its deadline passes, its caller leaves or its server stops, hides unexpected errors from callers, and logs one line.
import type { DescMethod, Message } from '@bufbuild/protobuf';
import type { ConnectError, HandlerContext } from '@connectrpc/connect';
import { Code, ServiceError } from '../author/service-error.ts';
import type { ServiceEntry } from '../services/service-entry.ts';
import { toCallFailure, toEndOfCall } from './call-failure.ts';
import { CallLog } from './call-log.ts';
import { traceCall } from './call-trace.ts';
import type { RunningCall, RunningCalls } from './running-calls.ts';
import { validateRequest } from './validate-request.ts';

export interface CallPolicy {
  /** Whether all requests are created in this process, so that they need no validation. Default: false. */
  readonly isTrusted?: boolean | undefined;
  /** Contains each call until its service settles, even if the caller left before. */
  readonly running?: RunningCalls | undefined;
}

/** Implementations of any method. `serviceEntry` has checked their actual types. */
export type OneToOne = (request: Message, context: HandlerContext) => Promise<object> | object;
export type OneToMany = (request: Message, context: HandlerContext) => AsyncIterable<object>;
export type ManyToOne = (requests: AsyncIterable<Message>, context: HandlerContext) => Promise<object>;
export type ManyToMany = (requests: AsyncIterable<Message>, context: HandlerContext) => AsyncIterable<object>;

/**
 * Wraps each method of a service in the policy. A transport calls the methods with its own context, which has the logger
 * of the server and the peer, and whose signal aborts when the caller leaves or the deadline passes. They throw only
 * ConnectErrors; those without an implementation throw UNIMPLEMENTED.
 */
export function applyPolicy({ desc, implementation }: ServiceEntry, policy: CallPolicy): ServiceEntry {
  const methods = implementation as Record<string, unknown>;
  const governed = desc.methods.map((method) => {
    const serve = methods[method.localName];
    const bound = typeof serve === 'function' ? serve.bind(implementation) : () => refuseUnimplemented(method);
    return [method.localName, govern(method, bound, policy)];
  });
  return { desc, implementation: Object.fromEntries(governed) };
}

function refuseUnimplemented({ parent, name }: DescMethod): never {
  throw new ServiceError(Code.Unimplemented, `${parent.typeName}/${name} is not implemented`, {
    reason: 'unimplemented',
  });
}

function govern(method: DescMethod, serve: unknown, policy: CallPolicy): unknown {
  const { input } = method;
  const check = async (request: Message) => {
    if (!policy.isTrusted) await validateRequest(input, request);
  };
  async function* checked(requests: AsyncIterable<Message>) {
    for await (const request of requests) {
      await check(request);
      yield request;
    }
  }
  switch (method.methodKind) {
    case 'unary':
      return (request: Message, context: HandlerContext) =>
        traceCall(method, context, () =>
          answerOnce(new GovernedCall(context, policy), async (governed) => {
            await check(request);
            return (serve as OneToOne)(request, governed);
          }),
        );
    case 'client_streaming':
      return (requests: AsyncIterable<Message>, context: HandlerContext) =>
        answerOnce(new GovernedCall(context, policy), async (governed) =>
          (serve as ManyToOne)(checked(requests), governed),
        );
    case 'server_streaming':
      return (request: Message, context: HandlerContext) =>
        answerMany(new GovernedCall(context, policy), async function* (governed) {
          await check(request);
          yield* (serve as OneToMany)(request, governed);
        });
    case 'bidi_streaming':
      return (requests: AsyncIterable<Message>, context: HandlerContext) =>
        answerMany(new GovernedCall(context, policy), async function* (governed) {
          yield* (serve as ManyToMany)(checked(requests), governed);
        });
  }
}

async function answerOnce(call: GovernedCall, work: (context: HandlerContext) => Promise<object>): Promise<object> {
  try {
    const response = await call.unlessOver(work(call.context).finally(() => call.settle()));
    call.succeed();
    return response;
  } catch (error) {
    throw call.fail(error);
  }
}

async function* answerMany(
  call: GovernedCall,
  work: (context: HandlerContext) => AsyncGenerator<object>,
): AsyncGenerator<object> {
  const responses = work(call.context);
  try {
    for (;;) {
      const { done, value } = await call.unlessOver(responses.next());
      if (done) {
        break;
      }
      yield value;
    }
    call.succeed();
  } catch (error) {
    throw call.fail(error);
  } finally {
    call.leave();
    // The service may still be working, but nobody needs the result.
    void responses
      .return(undefined)
      .catch(() => {})
      .finally(() => call.settle());
  }
}

/** Aborts whatever still runs for a finished call. Shared, because creating an error takes 30 µs. */
const hasEnded = new DOMException('the call has ended', 'AbortError');

class GovernedCall implements RunningCall {
  readonly service: string;
  /** For the service: with the logger of the call, and a signal that aborts when the call ends for any reason. */
  readonly context: HandlerContext;
  readonly #outer: HandlerContext;
  readonly #running: RunningCalls | undefined;
  readonly #log: CallLog;
  readonly #abort = new AbortController();
  readonly #over = Promise.withResolvers<never>();
  #ended = false;

  constructor(outer: HandlerContext, { running }: CallPolicy) {
    this.service = outer.service.typeName;
    this.#outer = outer;
    this.#running = running;
    this.#log = new CallLog(outer);
    this.context = { ...outer, signal: this.#abort.signal, values: this.#log.values() };
    this.#over.promise.catch(() => {});
    running?.add(this);
    if (outer.signal.aborted) {
      this.#onOuterAbort();
    } else {
      outer.signal.addEventListener('abort', this.#onOuterAbort, { once: true });
    }
  }

  stop(reason: ConnectError): void {
    if (!this.#ended) {
      this.#abort.abort(reason);
      this.#over.reject(reason);
    }
  }

  /** Settles like `work`, or rejects if the call ends first. */
  unlessOver<Result>(work: Promise<Result>): Promise<Result> {
    return Promise.race([work, this.#over.promise]);
  }

  /** @throws the reason if the call has ended already. */
  succeed(): void {
    this.context.signal.throwIfAborted();
    this.#end(hasEnded);
    this.#log.answered();
  }

  /** @returns the error for the caller. */
  fail(error: unknown): ConnectError {
    const failure = toCallFailure(error, this.context.signal);
    this.#log.failed(failure);
    this.#end(failure.answer);
    return failure.answer;
  }

  /** The caller reads no more of the response. */
  leave(): void {
    if (!this.#ended) {
      this.#onOuterAbort();
      this.fail(this.context.signal.reason);
    }
  }

  /** The service has finished its work for this call. */
  settle(): void {
    this.#running?.delete(this);
  }

  #end(reason: unknown): void {
    this.#ended = true;
    this.#outer.signal.removeEventListener('abort', this.#onOuterAbort);
    this.#abort.abort(reason);
  }

  readonly #onOuterAbort = () => this.stop(toEndOfCall(this.#outer.signal.reason, this.#outer.timeoutMs()));
}
