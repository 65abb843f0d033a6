// The log of what the limits of a server refuse: a line at once, then at most one every ten seconds for each limit, so that
// an attack does not fill the disk.
import type { Logger } from 'pino';
import { limitSettings, type ServerLimits, startTimer } from './server-limits.ts';

const intervalMs = 10_000;

export class RefusalLog {
  readonly #logger: Logger;
  readonly #limits: ServerLimits;
  readonly #intervalMs: number;
  /** Refusals since the last line, by limit. */
  readonly #unreported = new Map<keyof ServerLimits, number>();

  /** @param interval - Milliseconds between two lines about the same limit. */
  constructor(logger: Logger, limits: ServerLimits, interval = intervalMs) {
    this.#logger = logger;
    this.#limits = limits;
    this.#intervalMs = interval;
  }

  /** @param message - What was refused, such as `closed a connection without a call`. */
  add(limit: keyof ServerLimits, message: string, peer: string | undefined): void {
    const unreported = this.#unreported.get(limit);
    if (unreported !== undefined) {
      this.#unreported.set(limit, unreported + 1);
      return;
    }
    this.#report(limit, message, 1, peer);
  }

  #report(limit: keyof ServerLimits, message: string, refused: number, peer?: string): void {
    this.#unreported.set(limit, 0);
    this.#logger.warn(
      { setting: limitSettings[limit], limit: this.#limits[limit], refused, ...(peer !== undefined && { peer }) },
      message,
    );
    startTimer(this.#intervalMs, () => {
      const more = this.#unreported.get(limit) ?? 0;
      this.#unreported.delete(limit);
      if (more > 0) this.#report(limit, message, more);
    });
  }
}
