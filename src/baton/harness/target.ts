// The connector under test: every call to it goes through here, with its deadline.
import type { DescMessage, DescMethodUnary, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { UnaryClient } from '../client/in-process-client.ts';
import type { Waits } from '../net/waits.ts';
import type { Connection } from './connection.ts';

export interface TargetOptions {
  /** The deadline of each call; undefined for none. */
  readonly callTimeoutMs: number | undefined;
  /** Ends all calls and the harness: calls then throw the signal's reason. */
  readonly signal: AbortSignal;
  /** Cancels calls, which then fail with CANCELLED like any call. */
  readonly cancel?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Shows what is waited for. */
  readonly waits?: Waits | undefined;
}

export class Target {
  readonly connection: Connection;
  readonly #options: TargetOptions;

  constructor(connection: Connection, options: TargetOptions) {
    this.connection = connection;
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#options.signal;
  }

  get waits(): Waits | undefined {
    return this.#options.waits;
  }

  /** The same connector with other call options. */
  withOptions(changes: Partial<TargetOptions>): Target {
    return new Target(this.connection, { ...this.#options, ...changes });
  }

  /**
   * Makes a call.
   * @throws ConnectError if the call fails; the reason of the signal if that has aborted.
   */
  async call<Input extends DescMessage, Output extends DescMessage>(
    method: DescMethodUnary<Input, Output>,
    request: MessageInitShape<Input>,
  ): Promise<MessageShape<Output>> {
    const { callTimeoutMs, cancel, headers, waits } = this.#options;
    this.signal.throwIfAborted();
    const signal = cancel ? AbortSignal.any([this.signal, cancel]) : this.signal;
    using _ = waits?.begin({ what: `waiting for the response to ${method.name}`, atMostMs: callTimeoutMs });
    try {
      const { message } = await this.connection.transport.unary(method, signal, callTimeoutMs, headers, request);
      return message;
    } catch (error) {
      this.signal.throwIfAborted();
      throw error;
    }
  }

  /** A typed client of a service. */
  client<Desc extends DescService>(desc: Desc): UnaryClient<Desc> {
    const calls = desc.methods.map((method) => [
      method.localName,
      (request: MessageInitShape<DescMessage>) => this.call(method as DescMethodUnary, request),
    ]);
    return Object.fromEntries(calls) as UnaryClient<Desc>;
  }
}
