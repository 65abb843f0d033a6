// How fast requests may start: so many at a time, none while Percipio asks for a pause, and slower for a while behind one.
import { pause, type RetryPolicy } from 'baton-connector-sdk/http';

/** No pause is longer than an hour, whatever an answer asks for: then one request finds out whether it still holds. */
const pauseMaxMs = 3_600_000;

/** With each answer behind a pause, the gap between requests shrinks to this share of itself. */
const recovery = 0.8;

export interface PaceOptions {
  /** How many turns are taken at a time. */
  readonly maxConcurrent: number;
  /** The first gap behind a pause is a quarter of `delayMinMs`, the longest one a quarter of `delayMaxMs`. */
  readonly retry: Pick<RetryPolicy, 'delayMinMs' | 'delayMaxMs'>;
}

/** One for all requests of a client: what one of them is told holds for all. */
export class Pace {
  readonly #options: PaceOptions;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  #pausedUntilMs = 0;
  #gapMs = 0;
  #nextStartMs = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /** How long the pause still is, in milliseconds; 0 without one. */
  get pauseLeftMs(): number {
    return Math.max(0, this.#pausedUntilMs - performance.now());
  }

  /**
   * Waits until a request may start, first come first served.
   * @param isBeside - Takes no turn from others: a report is read for minutes beside the lists.
   * @returns To be called once, when the answer has been read.
   * @throws the reason of the signal.
   */
  async enter(isBeside: boolean, signal: AbortSignal): Promise<() => void> {
    const leave = isBeside ? () => {} : await this.#takeTurn(signal);
    try {
      for (let waitMs = this.#waitMs(); waitMs > 0; waitMs = this.#waitMs()) {
        await pause(waitMs, signal);
      }
    } catch (error) {
      leave();
      throw error;
    }
    this.#nextStartMs = performance.now() + this.#gapMs;
    return leave;
  }

  /** No request starts for so long; behind that, they start one by one, with gaps that double with each further pause. */
  pause(pauseMs: number): void {
    const { delayMinMs, delayMaxMs } = this.#options.retry;
    // Several requests that were under way together are refused together: that is one pause.
    if (this.pauseLeftMs === 0) {
      this.#gapMs = Math.min(Math.max(this.#gapMs * 2, delayMinMs / 4), delayMaxMs / 4);
    }
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, performance.now() + Math.min(pauseMs, pauseMaxMs));
  }

  /** Percipio has answered without asking for a pause. */
  recover(): void {
    const gapMs = this.#gapMs * recovery;
    this.#gapMs = gapMs < this.#options.retry.delayMinMs / 100 ? 0 : gapMs;
  }

  #waitMs(): number {
    return Math.max(this.#pausedUntilMs, this.#nextStartMs) - performance.now();
  }

  async #takeTurn(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken < this.#options.maxConcurrent) {
      this.#taken += 1;
    } else {
      // Whoever leaves hands on the turn.
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
