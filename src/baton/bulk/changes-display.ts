// Shows the progress of a file of changes: a live line on a terminal, log lines elsewhere.
import type { Logger } from 'pino';
import type { Output } from '../author/host.ts';
import { LiveLine, logProgressMs } from '../log/live-line.ts';

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

export function createTerminalProgress(terminal: Output, now: () => number = () => performance.now()): ProgressDisplay {
  const startedAt = now();
  const live = new LiveLine(terminal, now);
  return {
    update: ({ total, done, failed }) => {
      const ended = done + failed;
      if (!live.isDue() && ended < total) return;
      const perSecond = (ended / Math.max(1, now() - startedAt)) * 1000;
      live.draw(`· ${ended} of ${total} changes, ${failed} failed, ${perSecond.toFixed(1)}/s`);
    },
    end: () => live.erase(),
  };
}

export function createLogProgress(logger: Logger, now: () => number = () => performance.now()): ProgressDisplay {
  let loggedAt = now();
  return {
    update: (progress) => {
      if (now() - loggedAt < logProgressMs) return;
      loggedAt = now();
      logger.info({ ...progress }, 'applying changes');
    },
    end: () => {},
  };
}
