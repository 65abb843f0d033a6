// Checks whether the connector works with its settings when service mode starts, instead of leaving that to the first
// task.
import type { Logger } from 'pino';
import { isTransient } from '../author/service-error.ts';
import { describeError } from '../log/describe-error.ts';
import { pause, untilAborted } from '../net/abort.ts';
import { createConnectorCheck } from '../server/health/connector-check.ts';
import type { ServiceTiming } from './tasks/service-timing.ts';
import { isRefusal, type TaskOutcome } from './tasks/task-outcome.ts';

export interface ConnectorWatchOptions {
  /** Calls the connector's Validate. */
  validate(signal: AbortSignal): Promise<unknown>;
  readonly timing: Pick<ServiceTiming, 'checkTimeoutMs' | 'checkHurryMs' | 'checkDelayMinMs' | 'checkDelayMaxMs'>;
  readonly logger: Logger;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/**
 * Checks once, in the background. A failure is logged, and checked again: with increasing delays, and soon after a task
 * that succeeded. A success is believed until the application refuses a task.
 */
export class ConnectorWatch {
  readonly #options: ConnectorWatchOptions;
  #isChecked = false;
  #works = false;
  /** What a person has to correct, since it was found and until a check succeeds. */
  #fault: string | undefined;
  #wake = new AbortController();

  constructor(options: ConnectorWatchOptions) {
    this.#options = options;
  }

  /** Resolves when the signal has aborted. */
  async run(): Promise<void> {
    const { timing, signal } = this.#options;
    let failures = 0;
    try {
      for (;;) {
        this.#wake = new AbortController();
        await this.#check();
        failures = this.#works ? 0 : failures + 1;
        const delayMs = Math.min(timing.checkDelayMinMs * 2 ** (failures - 1), timing.checkDelayMaxMs);
        // However often tasks end, the application is not asked more often than this.
        await pause(timing.checkHurryMs, signal);
        const woken = AbortSignal.any([signal, this.#wake.signal]);
        await pause(this.#works ? Number.POSITIVE_INFINITY : delayMs, woken).catch(() => signal.throwIfAborted());
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** What a task shows: its success may be the end of a failure, and its refusal the beginning of one. */
  taskEnded(outcome: TaskOutcome): void {
    if (this.#works ? isRefusal(outcome) : outcome.kind === 'succeeded') this.#wake.abort();
  }

  /** Why the program should not count as ready; undefined if the connector works, as far as is known. */
  findUnreadiness(): string | undefined {
    return this.#isChecked ? this.#fault : 'the settings of the connector have not been checked yet';
  }

  async #check(): Promise<void> {
    const { validate, timing, logger, signal } = this.#options;
    const check = createConnectorCheck({ validate, timeoutMs: timing.checkTimeoutMs });
    const found = await untilAborted(check.find(), signal).finally(() => check.stop());
    // Not after a refusal that concerned one task alone.
    if (!found && this.#isChecked && !this.#works) logger.info('the connector works with its settings now');
    this.#isChecked = true;
    this.#works = !found;
    if (!found) {
      this.#fault = undefined;
      return;
    }
    const error = describeError(found.error);
    if (isTransient(found.error)) {
      // Nobody has to correct anything, and tasks are retried meanwhile: this alone does not make it unready.
      logger.warn({ error }, 'cannot check the settings of the connector; trying again');
    } else {
      this.#fault = `the connector does not work with its settings: ${found.message}`;
      logger.error({ error }, 'the connector does not work with its settings; checking again');
    }
  }
}
