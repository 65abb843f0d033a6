// What the program is waiting for, kept in one place, so that a terminal or the log can show it.

/** A wait as whoever waits describes it. Shown as `waiting for the report (PENDING, 12 min of at most 5 h, next check in 40 s)`. */
export interface Wait {
  /**
   * What is waited for, or why, as a clause without its full stop: `waiting for the report`, `Acme asked to wait 5 min (429)`.
   * Equal waits are shown once, so numbers that change belong into `state`.
   */
  readonly what: string;
  /** Its current state: `IN_PROGRESS`, `attempt 2 of 6`. */
  readonly state?: string | undefined;
  /** The longest time that all of the wait may take, in milliseconds. */
  readonly atMostMs?: number | undefined;
  /** How long until its state is looked up again, in milliseconds. */
  readonly nextCheckMs?: number | undefined;
  /** How long until the work is tried again, in milliseconds. */
  readonly retryMs?: number | undefined;
}

/** A wait with points in time in place of durations: milliseconds since 1970. */
export interface CurrentWait extends Pick<Wait, 'what' | 'state' | 'atMostMs'> {
  readonly sinceMs: number;
  readonly nextCheckAtMs?: number | undefined;
  readonly retryAtMs?: number | undefined;
}

/** A wait that has begun. Dispose it when it is over. */
export interface OpenWait extends Disposable {
  /** Replaces its description. The time that it has taken so far goes on. */
  update(wait: Wait): void;
}

/** All waits of a program. */
export class Waits {
  readonly #now: () => number;
  readonly #open = new Map<OpenWait, CurrentWait>();

  /** @param now - A clock, in milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Begins a wait. Use it with `using`, so that it ends with its block.
   * @param wait - Absent: it begins with the first update.
   */
  begin(wait?: Wait): OpenWait {
    let sinceMs: number | undefined;
    const open: OpenWait = {
      update: (wait) => {
        sinceMs ??= this.#now();
        this.#open.set(open, this.#toCurrent(wait, sinceMs));
      },
      [Symbol.dispose]: () => void this.#open.delete(open),
    };
    if (wait) open.update(wait);
    return open;
  }

  /** The waits of now, the oldest first; of those for the same thing, the oldest. */
  list(): readonly CurrentWait[] {
    const byWhat = new Map<string, CurrentWait>();
    for (const wait of this.#open.values()) if (!byWhat.has(wait.what)) byWhat.set(wait.what, wait);
    return [...byWhat.values()];
  }

  #toCurrent({ nextCheckMs, retryMs, ...wait }: Wait, sinceMs: number): CurrentWait {
    const atMs = (delayMs: number | undefined) => (delayMs === undefined ? undefined : this.#now() + delayMs);
    return { ...wait, sinceMs, nextCheckAtMs: atMs(nextCheckMs), retryAtMs: atMs(retryMs) };
  }
}
