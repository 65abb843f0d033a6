// How fast requests may start: a few at a time, none while Percipio asks for a pause, and slower for a while after one.
import { pause, type RetryPolicy } from 'baton-connector-sdk/http';

/** No pause is longer than an hour, whatever a response asks for: then one request finds out whether it still holds. */
const pauseMaxMs = 3_600_000;

/** With each response after a pause, the gap between requests shrinks to this share of itself. */
const recovery = 0.8;

export interface PaceOptions {
  /** The maximum number of concurrent requests. */
  readonly maxConcurrent: number;
  /** The first gap after a pause is a quarter of `delayMinMs`, the longest a quarter of `delayMaxMs`. */
  readonly retry: Pick<RetryPolicy, 'delayMinMs' | 'delayMaxMs'>;
}

/** The clock of a pace; tests have their own. */
export interface PaceClock {
  /** The time in milliseconds, from any start. */
  readonly now: () => number;
  /** @throws the reason of the signal. */
  readonly pause: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

const realClock: PaceClock = { now: () => performance.now(), pause };

/** Shared by all requests of a client: when one is asked to pause, all pause. */
export class Pace {
  readonly #options: PaceOptions;
  readonly #clock: PaceClock;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  #pausedUntilMs = 0;
  #gapMs = 0;
  #nextStartMs = 0;

  constructor(options: PaceOptions, clock: PaceClock = realClock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** How much of the pause is left, in milliseconds; 0 without a pause. */
  get pauseLeftMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#clock.now());
  }

  /** Whether requests start with gaps, since Percipio asked for a pause a while ago. */
  get isSlowed(): boolean {
    return this.#gapMs > 0;
  }

  /**
   * Waits until a request may start, first come first served.
   * @param bypassesLimit - Does not count as a concurrent request: reading a report takes minutes, and lists need not wait for it.
   * @returns To be called once, when the response has been read.
   * @throws the reason of the signal.
   */
  async enter(bypassesLimit: boolean, signal: AbortSignal): Promise<() => void> {
    const leave = bypassesLimit ? () => {} : await this.#takeTurn(signal);
    try {
      for (let waitMs = this.#waitMs(); waitMs > 0; waitMs = this.#waitMs()) {
        await this.#clock.pause(waitMs, signal);
      }
    } catch (error) {
      leave();
      throw error;
    }
    this.#nextStartMs = this.#clock.now() + this.#gapMs;
    return leave;
  }

  /** Starts no request for so long. After that, they start one by one, with gaps that double with each further pause. */
  pause(pauseMs: number): void {
    const { delayMinMs, delayMaxMs } = this.#options.retry;
    // Concurrent requests are refused together: that is one pause.
    if (this.pauseLeftMs === 0) {
      this.#gapMs = Math.min(Math.max(this.#gapMs * 2, delayMinMs / 4), delayMaxMs / 4);
    }
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.now() + Math.min(pauseMs, pauseMaxMs));
  }

  /** Notes that Percipio has responded without asking for a pause. */
  recover(): void {
    const gapMs = this.#gapMs * recovery;
    this.#gapMs = gapMs < this.#options.retry.delayMinMs / 100 ? 0 : gapMs;
  }

  #waitMs(): number {
    return Math.max(this.#pausedUntilMs, this.#nextStartMs) - this.#clock.now();
  }

  async #takeTurn(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken < this.#options.maxConcurrent) {
      this.#taken += 1;
    } else {
      // A request that leaves hands over its turn.
      await this.#queue(signal);
    }
    return () => {
      const next = this.#waiting.shift();
      if (next) {
        next();
      } else {
        this.#taken -= 1;
      }
    };
  }

  #queue(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onTurn = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(onTurn), 1);
        reject(signal.reason);
      };
      this.#waiting.push(onTurn);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
