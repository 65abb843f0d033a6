// When to ask whether a report is ready: never more often than the Go connector, whatever time the report takes.
import type { ConnectorTiming } from '../timing.ts';

export type PollTiming = Pick<ConnectorTiming, 'reportFirstPollMaxMs' | 'reportPollMaxMs'>;

/**
 * The Go connector asks at once, and a minute behind each answer that the report is not ready: 1 + ⌈T / 60⌉ times for one
 * that takes T seconds, as the first time is in vain. Whoever asks at any moment of the first minute instead, and then when
 * the Go connector would, asks no more often for any T, and less often for a report that is ready by that moment.
 *
 * @param polls - How many polls were made.
 * @param spentMs - How long those took in all.
 * @returns When the next one is due, in milliseconds from the answer to the request for the report. The first one may
 * come earlier, as soon as nothing else is left to do.
 */
export function pollDueMs(polls: number, spentMs: number, timing: PollTiming): number {
  return polls === 0 ? timing.reportFirstPollMaxMs : polls * timing.reportPollMaxMs + spentMs;
}
