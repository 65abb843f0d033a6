// Polls a report until it is ready: never more often than the Go connector, however long the report takes.
import { Code, ServiceError } from 'baton-connector-sdk';
import { pause } from 'baton-connector-sdk/http';
import type { ReportsApi } from '../api/reports.ts';
import type { ByteStream } from '../api/response-body.ts';
import type { ConnectorTiming } from '../timing.ts';

type PollTiming = Pick<ConnectorTiming, 'reportFirstPollMaxMs' | 'reportPollMaxMs'>;

interface PollOptions {
  readonly reports: () => ReportsApi;
  readonly timing: PollTiming;
  /** How long Percipio may take to make the report. */
  readonly timeoutMs: number;
  /** Resolves when somebody needs the report: then the first poll is made at once. */
  readonly isNeeded: Promise<void>;
  /** Gets the status after each poll of a report that is not ready. */
  readonly onStatus: (status: string) => void;
}

/**
 * @returns The body of the report, which must be read or cancelled.
 * @throws PercipioError, a ServiceError `report_timeout`, or the reason of the signal.
 */
export async function pollReport(id: string, options: PollOptions, signal: AbortSignal): Promise<ByteStream> {
  const { reports, timing, timeoutMs, isNeeded, onStatus } = options;
  const startedAtMs = performance.now();
  let spentMs = 0;
  await sleepUnless(isNeeded, pollDueMs(0, spentMs, timing), signal);
  for (let polls = 1; ; polls += 1) {
    const polledAtMs = performance.now();
    const poll = await reports().poll(id, signal);
    if (poll.state === 'ready') {
      return poll.body;
    }
    onStatus(poll.status ?? 'PENDING');
    const nowMs = performance.now();
    spentMs += nowMs - polledAtMs;
    const dueMs = pollDueMs(polls, spentMs, timing);
    if (dueMs > timeoutMs) {
      throw new ServiceError(
        Code.FailedPrecondition,
        `Percipio has not made the activity report ${id} within ${describeTime(timeoutMs)}; its status is ${poll.status ?? 'unknown'}. Allow more time (--report-timeout) or request less (--report-lookback)`,
        { reason: 'report_timeout' },
      );
    }
    await pause(Math.max(0, startedAtMs + dueMs - nowMs), signal);
  }
}

/** Opens a report that was ready, to read it again from its beginning. */
export async function reopenReport(id: string, reports: ReportsApi, signal: AbortSignal): Promise<ByteStream> {
  const poll = await reports.poll(id, signal);
  if (poll.state !== 'ready') {
    throw new ServiceError(Code.Unavailable, `the activity report ${id} was ready and is ${poll.status} again`, {
      reason: 'report_not_ready',
    });
  }
  return poll.body;
}

/**
 * The Go connector polls at once, and then a minute after each answer: 1 + ⌈T / 60⌉ times for a report that takes T
 * seconds, since its first poll always comes too early. A first poll at any moment of the first minute, and further ones
 * when the Go connector would make them, makes no more polls for any T, and fewer for a report that is ready by the first.
 *
 * @param polls - How many polls were made.
 * @param spentMs - How long those took in total.
 * @returns When the next one is due, in milliseconds from the answer to the request for the report. The first one may
 * come earlier, as soon as somebody needs the report.
 */
export function pollDueMs(polls: number, spentMs: number, timing: PollTiming): number {
  return polls === 0 ? timing.reportFirstPollMaxMs : polls * timing.reportPollMaxMs + spentMs;
}

async function sleepUnless(isNeeded: Promise<void>, waitMs: number, signal: AbortSignal): Promise<void> {
  const timer = new AbortController();
  const slept = pause(waitMs, AbortSignal.any([signal, timer.signal]));
  // Aborting the timer rejects the promise, which nobody listens to by then.
  slept.catch(() => {});
  await Promise.race([isNeeded, slept]);
  timer.abort();
}

function describeTime(timeMs: number): string {
  return timeMs < 120_000 ? `${Math.round(timeMs / 100) / 10} seconds` : `${Math.round(timeMs / 60_000)} minutes`;
}
