// The settings of the soak, and its verdict.
import { parseArgs } from 'node:util';
import { median, percentile } from '../statistics.ts';

export interface SoakPlan {
  readonly minutes: number;
  /** The program's main file; undefined to build it. */
  readonly main: string | undefined;
  /** Where to write the page. */
  readonly resultsFile: string;
}

const minutesDefault = 30;

/** How much memory may grow from the end of the warm-up to the end. */
export const growthMax = 0.05;

/** @throws Error that says what is wrong. */
export function parseSoakArguments(argv: readonly string[], resultsFile: string): SoakPlan {
  const { values } = parseArgs({
    args: [...argv],
    options: { minutes: { type: 'string' }, main: { type: 'string' }, results: { type: 'string' } },
  });
  const minutes = Number(values.minutes ?? minutesDefault);
  if (!(minutes >= 1)) throw new Error('--minutes must be a number of at least 1');
  return { minutes, main: values.main, resultsFile: values.results ?? resultsFile };
}

/** Resident memory, one value per second. */
export type MemorySamples = readonly number[];

export interface SoakVerdict {
  readonly warmBytes: number;
  readonly endBytes: number;
  /** As a share: 0.02 for 2 % more at the end. */
  readonly growth: number;
  readonly peakBytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly isPassed: boolean;
}

/**
 * Compares medians over two spans of equal length, since memory goes up and down with every attack: the tenth of the time
 * that follows the warm-up, a fifth of the time, and the last tenth.
 * @param failures - Calls of well-behaved callers that failed.
 */
export function judgeSoak(samples: MemorySamples, latenciesMs: readonly number[], failures: number): SoakVerdict {
  const tenth = Math.floor(samples.length / 10);
  const warmBytes = median(samples.slice(2 * tenth, 3 * tenth));
  const endBytes = median(samples.slice(-tenth));
  const growth = endBytes / warmBytes - 1;
  return {
    warmBytes,
    endBytes,
    growth,
    peakBytes: samples.reduce((most, bytes) => Math.max(most, bytes), 0),
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    isPassed: endBytes <= warmBytes * (1 + growthMax) && failures === 0,
  };
}
