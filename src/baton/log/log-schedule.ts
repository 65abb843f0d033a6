// When the log reports something that lasts: not at once, and ever less often.

/** Before the first line: what ends sooner needs none. */
const firstLineMs = 30_000;

/** The longest gap between two lines. */
const gapMaxMs = 300_000;

/** The lines about one thing that lasts: after 30 s, 1 min, 2 min, 4 min, 8 min, and then every 5 minutes. */
export class LogSchedule {
  #dueAtMs: number;
  readonly #sinceMs: number;

  /** @param sinceMs - When it began, by any clock. */
  constructor(sinceMs: number) {
    this.#sinceMs = sinceMs;
    this.#dueAtMs = sinceMs + firstLineMs;
  }

  /** Whether a line is due, by the same clock. If so, the next one is due later. */
  isDue(nowMs: number): boolean {
    if (nowMs < this.#dueAtMs) return false;
    this.#dueAtMs = nowMs + Math.min(nowMs - this.#sinceMs, gapMaxMs);
    return true;
  }
}
