// The log of what the limits of a server refuse.
import type { Logger } from 'pino';
import { SparseLog } from '../sparse-log.ts';
import type { LimitSettings, ServerLimits } from './server-limits.ts';

export class RefusalLog {
  readonly #log: SparseLog;
  readonly #limits: ServerLimits;
  readonly #settings: LimitSettings;

  /** @param intervalMs - Time between two lines about the same limit. */
  constructor(logger: Logger, limits: ServerLimits, settings: LimitSettings, intervalMs?: number) {
    this.#log = new SparseLog(logger, intervalMs);
    this.#limits = limits;
    this.#settings = settings;
  }

  /** @param message - What was refused, such as `closed a connection that made no call`. */
  add(limit: keyof ServerLimits, message: string, peer: string | undefined): void {
    const fields = { setting: this.#settings[limit], limit: this.#limits[limit] };
    this.#log.add(limit, message, fields, peer === undefined ? {} : { peer });
  }
}
