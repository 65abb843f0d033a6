// A line on a terminal that is redrawn in place, to show progress. Log lines show it elsewhere, at longer intervals.
import type { Output } from '../author/host.ts';

/** How often the log reports progress, in milliseconds. */
export const logProgressMs = 15_000;

/** Moves to the start of the line, and erases it. */
export const eraseLine = '\r\x1b[K';

/** A person cannot read faster than this. */
const redrawMs = 100;

/** The assumed width of a terminal that does not report one. */
const columnsDefault = 80;

/**
 * The cursor stays at the start of the line, so that other output, such as the log, overwrites it instead of following
 * it.
 */
export class LiveLine {
  readonly #terminal: Output;
  readonly #now: () => number;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  /** @param now - A clock, in milliseconds. */
  constructor(terminal: Output, now: () => number) {
    this.#terminal = terminal;
    this.#now = now;
  }

  /** Whether enough time has passed to draw again. */
  isDue(): boolean {
    return this.#now() - this.#drawnAtMs >= redrawMs;
  }

  /**
   * Replaces the line.
   * @param text - Without control characters. What does not fit is cut off.
   * @param end - `\n` leaves the line where it is, and begins another one.
   */
  draw(text: string, end: '\r' | '\n' = '\r'): void {
    this.#drawnAtMs = this.#now();
    this.#terminal.write(`${eraseLine}${text.slice(0, (this.#terminal.columns || columnsDefault) - 1)}${end}`);
  }

  erase(): void {
    this.#terminal.write(eraseLine);
  }
}
