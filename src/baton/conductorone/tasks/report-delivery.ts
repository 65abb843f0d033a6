// Offers the reports of tasks to ConductorOne until it takes them. They are only in memory: a report can contain a
// password, encrypted for whoever asked for it, that nobody could read again.
import { Code, ConnectError } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { describeError } from '../../log/describe-error.ts';
import { pause } from '../../net/abort.ts';
import { onlyIf, retry } from '../../net/retry.ts';
import type { Waits } from '../../net/waits.ts';
import type { BatonClient } from '../link/baton-client.ts';
import type { ServiceTiming } from './service-timing.ts';
import type { TaskReport } from './task-report.ts';

interface DeliveryOptions {
  readonly client: Pick<BatonClient, 'finishTask'>;
  readonly timing: ServiceTiming;
  readonly logger: Logger;
  readonly waits?: Waits | undefined;
  /** Aborts when it is too late to report. */
  readonly closing: AbortSignal;
}

interface KeptReport {
  readonly report: TaskReport;
  readonly logger: Logger;
  /** Aborts when ConductorOne has the report, or no longer wants it. */
  readonly ended: AbortController;
}

/** Above these, no tasks are fetched until ConductorOne has taken a report. */
const keptMax = 100;
const keptBytesMax = 32 * 1024 * 1024;

/** ConductorOne no longer knows the task, or rejects the report. It would do so again. */
const goneCodes: ReadonlySet<Code> = new Set([
  Code.NotFound,
  Code.AlreadyExists,
  Code.FailedPrecondition,
  Code.InvalidArgument,
  Code.OutOfRange,
]);

export class ReportDelivery {
  readonly #options: DeliveryOptions;
  readonly #kept = new Map<string, KeptReport>();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /**
   * Resolves when ConductorOne has the report, when it no longer wants it, or after `timing.finishTimeoutMs`: then the
   * report is kept, and offered until one of the former happens or `closing` aborts.
   */
  async deliver(report: TaskReport, logger: Logger): Promise<void> {
    const { closing, timing } = this.#options;
    const kept = { report, logger, ended: new AbortController() };
    this.#kept.set(report.taskId, kept);
    void this.#offer(kept);
    const signal = AbortSignal.any([closing, kept.ended.signal]);
    await pause(timing.finishTimeoutMs, signal).then(
      () => logger.warn('ConductorOne has not taken the outcome of the task; keeping it and trying again'),
      () => {},
    );
  }

  /** Offers the kept report of a task that is handed out again. Returns false if there is none. */
  async offerAgain(taskId: string): Promise<boolean> {
    const kept = this.#kept.get(taskId);
    if (!kept) return false;
    kept.logger.info('the task was handed out again; reporting the outcome that it had');
    const signal = AbortSignal.any([this.#options.closing, kept.ended.signal]);
    // A failure is logged by the attempts that go on.
    await this.#options.client.finishTask(kept.report, signal).then(
      () => this.#end(kept),
      () => {},
    );
    return true;
  }

  /** Waits until there is room for the reports of further tasks. */
  async room(signal: AbortSignal): Promise<void> {
    if (this.#isFull()) this.#options.logger.warn(`${this.#kept.size} outcomes of tasks wait for ConductorOne`);
    while (this.#isFull()) await this.#oneEnded(signal);
  }

  /** Waits until no report is left. */
  async settled(signal: AbortSignal): Promise<void> {
    while (this.#kept.size > 0) await this.#oneEnded(signal);
  }

  async #offer(kept: KeptReport): Promise<void> {
    const { client, timing, closing } = this.#options;
    const { report, logger, ended } = kept;
    const signal = AbortSignal.any([closing, ended.signal]);
    try {
      await retry(() => client.finishTask(report, signal), {
        policy: {
          attemptsMax: Number.POSITIVE_INFINITY,
          delayMinMs: timing.retryDelayMs,
          delayMaxMs: timing.pollErrorDelayMaxMs,
        },
        signal,
        waits: this.#options.waits,
        describeWait: ({ error }) => `cannot report task completion: ${describeError(error)}`,
        delayAfter: onlyIf((error) => !(error instanceof ConnectError && goneCodes.has(error.code))),
        onRetry: ({ error, attempt, delayMs }) =>
          logger.warn({ error, attempt, delay_ms: delayMs }, 'could not report task completion; retrying'),
      });
    } catch (error) {
      if (!ended.signal.aborted) logger.error({ error }, 'could not report task completion');
    }
    this.#end(kept);
  }

  #end({ report, ended }: KeptReport): void {
    this.#kept.delete(report.taskId);
    ended.abort();
  }

  #isFull(): boolean {
    const bytes = [...this.#kept.values()].reduce((sum, { report }) => sum + sizeOf(report), 0);
    return this.#kept.size >= keptMax || bytes >= keptBytesMax;
  }

  /** Resolves when one of the kept reports has ended. */
  async #oneEnded(signal: AbortSignal): Promise<void> {
    const ends = [...this.#kept.values()].map(({ ended }) => ended.signal);
    await pause(Number.POSITIVE_INFINITY, AbortSignal.any([signal, ...ends])).catch(() => signal.throwIfAborted());
  }
}

/** Bytes of the answer and the annotations, which are most of a report. */
function sizeOf({ finalState }: TaskReport): number {
  const { annotations = [], response } = finalState?.value ?? {};
  return [...annotations, response].reduce((sum, any) => sum + (any?.value?.byteLength ?? 0), 0);
}
