// The connector that is looked at: every call to it goes through here, with its deadline.
import type { DescMessage, DescMethodUnary, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { UnaryClient } from '../client/in-process-client.ts';
import type { Connection } from './connection.ts';

export interface TargetOptions {
  /** The deadline of each call; nothing for none. */
  readonly callTimeoutMs: number | undefined;
  /** Ends all calls, and the harness with them: calls then throw the signal's reason. */
  readonly signal: AbortSignal;
  /** Cancels calls; they then fail with CANCELLED, as any call does. */
  readonly cancel?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
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

  /** The same connector, called in another way. */
  withOptions(changes: Partial<TargetOptions>): Target {
    return new Target(this.connection, { ...this.#options, ...changes });
  }

  /**
   * Makes a call.
   * @throws ConnectError for a call that failed; the reason of the signal when that has aborted.
   */
  async call<Input extends DescMessage, Output extends DescMessage>(
    method: DescMethodUnary<Input, Output>,
    request: MessageInitShape<Input>,
  ): Promise<MessageShape<Output>> {
    const { callTimeoutMs, cancel, headers } = this.#options;
    this.signal.throwIfAborted();
    const signal = cancel ? AbortSignal.any([this.signal, cancel]) : this.signal;
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
