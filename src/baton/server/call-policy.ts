// The one policy for calls, whatever carries them. Requests are validated. A call ends when its service has answered or
// failed, its deadline has passed, its caller has left, or its server stops. Callers see errors that are meant for them
// and nothing of others. The log gets one line.
import type { DescMethod, Message } from '@bufbuild/protobuf';
import type { ConnectError, HandlerContext } from '@connectrpc/connect';
import { Code, ServiceError } from '../author/service-error.ts';
import type { ServiceEntry } from '../services/service-entry.ts';
import { toCallFailure, toEndOfCall } from './call-failure.ts';
import { CallLog } from './call-log.ts';
import type { RunningCall, RunningCalls } from './running-calls.ts';
import { validateRequest } from './validate-request.ts';

export interface CallPolicy {
  /** Whether requests come from this process alone, so that their types hold. They are not validated. */
  readonly isTrusted?: boolean | undefined;
  /** Holds each call for as long as its service works, even after the caller has left. */
  readonly running?: RunningCalls | undefined;
}

/** Implementations of unknown methods: their types were checked where service and implementation were paired. */
export type OneToOne = (request: Message, context: HandlerContext) => Promise<object> | object;
export type OneToMany = (request: Message, context: HandlerContext) => AsyncIterable<object>;
export type ManyToOne = (requests: AsyncIterable<Message>, context: HandlerContext) => Promise<object>;
export type ManyToMany = (requests: AsyncIterable<Message>, context: HandlerContext) => AsyncIterable<object>;

/**
 * The service with each of its methods under the policy. A transport calls those with its own context, which carries the
 * server's logger and the peer, and whose signal aborts when the caller leaves or the deadline passes. They reject with
 * ConnectErrors only. Methods without an implementation answer UNIMPLEMENTED.
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
        answerOnce(new GovernedCall(context, policy), async (governed) => {
          await check(request);
          return (serve as OneToOne)(request, governed);
        });
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
    // Waits for what the service is busy with. Its outcome matters to nobody any more.
    void responses
      .return(undefined)
      .catch(() => {})
      .finally(() => call.settle());
  }
}

/** What still waits for a call that was answered is ended with this. One for all: an error made for each costs 30 µs. */
const hasEnded = new DOMException('the call has ended', 'AbortError');

class GovernedCall implements RunningCall {
  readonly service: string;
  /** As the service sees it: with the call's logger, and a signal that aborts however the call ends. */
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

  /** Settles as `work` does, unless the call is over before. */
  unlessOver<Result>(work: Promise<Result>): Promise<Result> {
    return Promise.race([work, this.#over.promise]);
  }

  /** @throws the reason why the call is over already, if it is. */
  succeed(): void {
    this.context.signal.throwIfAborted();
    this.#end(hasEnded);
    this.#log.answered();
  }

  /** @returns what the caller gets. */
  fail(error: unknown): ConnectError {
    const failure = toCallFailure(error, this.context.signal);
    this.#log.failed(failure);
    this.#end(failure.answer);
    return failure.answer;
  }

  /** For a call whose caller takes no more of the answer. */
  leave(): void {
    if (!this.#ended) {
      this.#onOuterAbort();
      this.fail(this.context.signal.reason);
    }
  }

  /** Takes note that the service does nothing more for this call. */
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
