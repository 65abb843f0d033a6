// Logs what a command waits for, where no terminal shows it.
import type { Logger } from 'pino';
import type { Waits } from '../net/waits.ts';
import { waitFields } from './describe-wait.ts';
import { LogSchedule } from './log-schedule.ts';

/** {@link tick} must be called every second. */
export class WaitLog {
  readonly #logger: Logger;
  readonly #waits: Waits;
  readonly #now: () => number;
  /** By what is waited for, and since when. */
  #schedules = new Map<string, LogSchedule>();

  /** @param now - A clock, in milliseconds since 1970. */
  constructor(logger: Logger, waits: Waits, now: () => number = Date.now) {
    this.#logger = logger;
    this.#waits = waits;
    this.#now = now;
  }

  tick(): void {
    const nowMs = this.#now();
    const schedules = new Map<string, LogSchedule>();
    for (const wait of this.#waits.list()) {
      const key = `${wait.sinceMs} ${wait.what}`;
      const schedule = this.#schedules.get(key) ?? new LogSchedule(wait.sinceMs);
      schedules.set(key, schedule);
      if (schedule.isDue(nowMs)) this.#logger.info(waitFields(wait, nowMs), wait.what);
    }
    this.#schedules = schedules;
  }
}
