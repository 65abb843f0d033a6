// The running calls of a server, which it can wait for or stop.
import { ConnectError } from '@connectrpc/connect';
import { Code, ServiceError } from '../author/service-error.ts';

export interface RunningCall {
  /** The full name of the service. */
  readonly service: string;
  /** Ends the call with `reason` at once, and aborts its work. */
  stop(reason: ConnectError): void;
}

export class RunningCalls {
  readonly #calls = new Set<RunningCall>();
  #whenNone = Promise.withResolvers<void>();

  add(call: RunningCall): void {
    this.#calls.add(call);
  }

  delete(call: RunningCall): void {
    this.#calls.delete(call);
    if (this.#calls.size === 0) {
      this.#whenNone.resolve();
      this.#whenNone = Promise.withResolvers<void>();
    }
  }

  /** Ends all calls, or those of the named services, with UNAVAILABLE: the server is stopping. */
  stop(services?: ReadonlySet<string>): void {
    const reason = new ServiceError(Code.Unavailable, 'the server is stopping', { reason: 'stopping' });
    for (const call of [...this.#calls]) {
      if (!services || services.has(call.service)) {
        call.stop(ConnectError.from(reason));
      }
    }
  }

  /** Resolves when no call runs. */
  none(): Promise<void> {
    return this.#calls.size === 0 ? Promise.resolve() : this.#whenNone.promise;
  }
}
