// A log of the calls, for tests to inspect and wait for.

export interface LoggedCall<Request = unknown> {
  /** `token`, or the name of a method of BatonService. */
  readonly name: string;
  /** The message; undefined for streams and the token endpoint. */
  readonly request: Request;
  readonly headers: Headers;
  readonly at: number;
}

/** Keeps the latest calls. */
export class CallLog {
  readonly #calls: LoggedCall[] = [];
  /** The total number of calls by name. */
  readonly #counts = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  /** Above this, the oldest are dropped. */
  readonly #callsMax = 10_000;

  get all(): readonly LoggedCall[] {
    return this.#calls;
  }

  add(call: Omit<LoggedCall, 'at'>): void {
    this.#calls.push({ ...call, at: performance.now() });
    if (this.#calls.length > this.#callsMax) this.#calls.shift();
    this.#counts.set(call.name, (this.#counts.get(call.name) ?? 0) + 1);
    for (const look of this.#waiting) look();
  }

  /** The calls of one name that are still kept. */
  named(name: string): readonly LoggedCall[] {
    return this.#calls.filter((call) => call.name === name);
  }

  /** Resolves after `count` calls of that name in total, dropped ones included. */
  async waitFor(name: string, count = 1): Promise<readonly LoggedCall[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if ((this.#counts.get(name) ?? 0) >= count) resolve();
    };
    this.#waiting.add(look);
    look();
    await promise;
    this.#waiting.delete(look);
    return this.named(name);
  }
}
