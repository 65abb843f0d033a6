// A log of what a server refuses: a line at once, then at most one every ten seconds for each kind, so that an attack does
// not fill the disk.
import type { Logger } from 'pino';
import { startTimer } from './limits/server-limits.ts';

const intervalMsDefault = 10_000;

export class SparseLog {
  readonly #logger: Logger;
  readonly #intervalMs: number;
  /** Refusals since the last line, by kind. */
  readonly #unreported = new Map<string, number>();

  /** @param intervalMs - Time between two lines of the same kind. */
  constructor(logger: Logger, intervalMs = intervalMsDefault) {
    this.#logger = logger;
    this.#intervalMs = intervalMs;
  }

  /**
   * @param fields - What all refusals of this kind have in common.
   * @param details - Further fields, only for the first refusal of a line.
   */
  add(kind: string, message: string, fields: object, details: object = {}): void {
    const unreported = this.#unreported.get(kind);
    if (unreported !== undefined) {
      this.#unreported.set(kind, unreported + 1);
      return;
    }
    this.#report(kind, message, fields, { refused: 1, ...details });
  }

  #report(kind: string, message: string, fields: object, details: object): void {
    this.#unreported.set(kind, 0);
    this.#logger.warn({ ...fields, ...details }, message);
    startTimer(this.#intervalMs, () => {
      const refused = this.#unreported.get(kind) ?? 0;
      this.#unreported.delete(kind);
      if (refused > 0) this.#report(kind, message, fields, { refused });
    });
  }
}
