// Shows the progress of a file of changes: a live line on a terminal, log lines elsewhere.
import type { Logger } from 'pino';
import type { Output } from '../author/host.ts';

/** A person cannot read faster than this. */
const redrawMs = 100;

/** How often the log reports progress. */
const logProgressMs = 15_000;

const columnsDefault = 80;

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
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    update: ({ total, done, failed }) => {
      const ended = done + failed;
      if (now() - drawnAt < redrawMs && ended < total) return;
      drawnAt = now();
      const perSecond = (ended / Math.max(1, now() - startedAt)) * 1000;
      const line = `· ${ended} of ${total} changes, ${failed} failed, ${perSecond.toFixed(1)}/s`;
      terminal.write(`\r\x1b[K${line.slice(0, (terminal.columns || columnsDefault) - 1)}\r`);
    },
    end: () => void terminal.write('\r\x1b[K'),
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
