// Shows the progress of a file of changes: a live line on a terminal, log lines elsewhere.
import type { Logger } from 'pino';
import { formatCount, formatNumber } from '../log/format-numbers.ts';
import type { LiveDisplay } from '../log/live-display.ts';
import { LogSchedule } from '../log/log-schedule.ts';
import { formatSpan } from '../net/format-span.ts';

export interface Progress {
  /** Rows to process in this run. */
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

export interface ProgressDisplay {
  update(progress: Progress): void;
  /** Removes the live line, so that what follows has a line of its own. */
  end(): void;
}

/** @param total - Rows to process in this run. */
export function createTerminalProgress(
  live: LiveDisplay,
  total: number,
  now: () => number = () => performance.now(),
): ProgressDisplay {
  const startedAt = now();
  let progress: Progress = { total, done: 0, failed: 0 };
  live.show(() => describeProgress(progress, now() - startedAt));
  return {
    update: (next) => {
      progress = next;
      live.changed();
    },
    end: () => live.show(undefined),
  };
}

function describeProgress({ total, done, failed }: Progress, elapsedMs: number): string {
  const ended = done + failed;
  const perSecond = (ended / Math.max(1, elapsedMs)) * 1000;
  const leftMs = ended === 0 ? undefined : ((total - ended) / perSecond) * 1000;
  return [
    `${formatCount(ended)} of ${formatNumber(total, 'change')}, ${formatCount(failed)} failed`,
    ...(ended > 0 ? [`${perSecond.toFixed(1)}/s`] : []),
    ...(leftMs !== undefined && leftMs > 0 ? [`about ${formatSpan(leftMs)} left`] : []),
  ].join(', ');
}

export function createLogProgress(logger: Logger, now: () => number = () => performance.now()): ProgressDisplay {
  const schedule = new LogSchedule(now());
  return {
    update: (progress) => {
      if (schedule.isDue(now())) logger.info({ ...progress }, 'applying changes');
    },
    end: () => {},
  };
}
