// Which calls came, for tests to wait for and to look at.

export interface LoggedCall<Request = unknown> {
  /** `token`, or the name of a method of BatonService. */
  readonly name: string;
  /** The message, or nothing for streams and the token endpoint. */
  readonly request: Request;
  readonly headers: Headers;
  readonly at: number;
}

/** Keeps the last calls. */
export class CallLog {
  readonly #calls: LoggedCall[] = [];
  /** How many calls of each name came in all. */
  readonly #counts = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  /** More are forgotten, oldest first. */
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

  /** The kept calls of one name. */
  named(name: string): readonly LoggedCall[] {
    return this.#calls.filter((call) => call.name === name);
  }

  /** Resolves when there were `count` calls of that name, forgotten ones included. */
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
