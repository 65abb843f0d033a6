// Polls a report until it is ready: soon at first, then ever later, and only as long as Percipio may take for it.
import { Code, ServiceError } from 'baton-connector-sdk';
import { backoffMs, noJitter, pause, type Waits, withTimeLimit } from 'baton-connector-sdk/http';
import type { Logger } from 'pino';
import { describeShortly } from '../api/describe-shortly.ts';
import { PercipioError } from '../api/percipio-error.ts';
import type { ReportPoll, ReportsApi } from '../api/reports.ts';
import type { ByteStream } from '../api/response-body.ts';
import type { ConnectorTiming } from '../timing.ts';
import type { ReportName } from './scan/report-format-error.ts';

/** A bound, in case a status contains a changing number. */
const warnedMax = 20;

type PollTiming = Pick<ConnectorTiming, 'reportPollMinMs' | 'reportPollMaxMs'>;

/** For the waits between polls. */
interface Clock {
  /** Milliseconds since any time. */
  now(): number;
  /** Waits. Throws the reason of the signal. */
  pause(delayMs: number, signal: AbortSignal): Promise<void>;
}

const realClock: Clock = { now: () => performance.now(), pause };

interface PollOptions {
  /** As logs and errors name the report. */
  readonly name: ReportName;
  /** What to do if it is not ready in time, as a sentence without its period. */
  readonly timeoutAdvice: string;
  readonly reports: () => ReportsApi;
  readonly logger: Logger;
  /** Shows the wait. */
  readonly waits?: Waits | undefined;
  readonly timing: PollTiming;
  /** How long Percipio may take to generate the report. */
  readonly timeoutMs: number;
  /** Resolves when a caller needs the report: if the first poll is not due yet, an extra one is made at once. */
  readonly isNeeded: Promise<void>;
  /** Resolves when a poll may be made. Default: at any time. */
  readonly mayPoll?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** Default: the real one. */
  readonly clock?: Clock | undefined;
  /** Gets the status after each poll of a report that is not ready; `retrying` after a poll that failed. */
  readonly onStatus: (status: string) => void;
}

/**
 * A poll that fails for the moment does not cost the report: it is logged, and the next one comes when it is due.
 * @returns The body of the report, which must be read or cancelled.
 * @throws PercipioError, a ServiceError `report_timeout`, or the reason of the signal.
 */
export async function pollReport(id: string, options: PollOptions, signal: AbortSignal): Promise<ByteStream> {
  const { name, reports, logger, waits, timing, timeoutMs, isNeeded, onStatus, clock = realClock } = options;
  const startedAtMs = clock.now();
  const warned = new Set<string>();
  let outcome = 'no poll was answered';
  const timeoutError = () =>
    new ServiceError(
      Code.FailedPrecondition,
      `Percipio has not generated the ${name} ${id} within ${describeTime(timeoutMs)}: ${outcome}. ${options.timeoutAdvice}`,
      { reason: 'report_timeout' },
    );
  return await withTimeLimit({ timeoutMs, signal, timeoutError }, async (signal) => {
    const firstDelayMs = pollDelayMs(0, timeoutMs, timing);
    const waiting = { what: `waiting for the ${name}`, atMostMs: timeoutMs };
    using shown = waits?.begin({ ...waiting, state: 'requested', nextCheckMs: firstDelayMs });
    let state = '';
    const isEarly = await pauseUnless(isNeeded, (signal) => clock.pause(firstDelayMs, signal), signal);
    for (let polls = isEarly ? 0 : 1; ; polls += 1) {
      let retryAfterMs = 0;
      try {
        await options.mayPoll?.(signal);
        const poll = await reports().poll(id, signal);
        if (poll.state === 'ready') return poll.body;
        warnOfUnknownStatus(poll, { id, name }, warned, logger);
        const status = poll.status ?? 'PENDING';
        state = status;
        outcome = `its status is ${status}`;
        onStatus(status);
      } catch (error) {
        if (!isFailedPoll(error)) throw error;
        outcome = `the last poll failed: ${error.message}`;
        retryAfterMs = error.retryAfterMs ?? 0;
        state = describeShortly(error);
        onStatus('retrying');
        logger.warn({ report_id: id, error }, `a poll of the ${name} failed; polling again`);
      }
      const leftMs = timeoutMs - (clock.now() - startedAtMs);
      const delayMs = Math.max(pollDelayMs(polls, leftMs, timing), retryAfterMs);
      shown?.update({ ...waiting, state, nextCheckMs: delayMs });
      await clock.pause(delayMs, signal);
    }
  });
}

/**
 * The schedule of the polls: {@link pollBackoffMs}, but the last poll comes a second before the time is over, so that its
 * response can arrive.
 * @param polls - How many were made.
 * @param leftMs - How much of the time for the report is left.
 * @returns How long to wait for the next poll, in milliseconds; more than `leftMs` after the last one.
 */
export function pollDelayMs(polls: number, leftMs: number, timing: PollTiming): number {
  const delayMs = pollBackoffMs(polls, timing);
  const lastMs = leftMs - timing.reportPollMinMs;
  if (polls === 0) return Math.min(delayMs, Math.max(lastMs, leftMs / 2));
  return delayMs > lastMs && lastMs > 0 ? lastMs : delayMs;
}

/** 1 s before the first poll, then twice as long before each further one, up to a minute. */
export function pollBackoffMs(polls: number, { reportPollMinMs, reportPollMaxMs }: PollTiming): number {
  const policy = { delayMinMs: reportPollMinMs, delayMaxMs: reportPollMaxMs, jitter: noJitter };
  return backoffMs({ ...policy, attemptsMax: Number.POSITIVE_INFINITY }, polls + 1);
}

/** Warns once of each status that Percipio is not known to have. Such a report is waited for. */
export function warnOfUnknownStatus(
  poll: Extract<ReportPoll, { state: 'pending' }>,
  { id, name }: { readonly id: string; readonly name: ReportName },
  warned: Set<string>,
  logger: Logger,
): void {
  const { status, isKnown } = poll;
  if (status === undefined || isKnown || warned.has(status) || warned.size === warnedMax) return;
  warned.add(status);
  logger.warn({ report_id: id, status }, `the ${name} has an unknown status; waiting for it`);
}

/** Whether a poll failed in a way that says nothing about the report, so that the next one may succeed. */
export function isFailedPoll(error: unknown): error is PercipioError {
  return error instanceof PercipioError && error.isTransient;
}

/** @returns Whether it was needed before the pause was over. */
async function pauseUnless(
  isNeeded: Promise<void>,
  pause: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  const stop = new AbortController();
  const paused = pause(AbortSignal.any([signal, stop.signal])).then(() => false);
  // Stopping it rejects the promise, which nobody listens to by then.
  paused.catch(() => {});
  const isEarly = await Promise.race([isNeeded.then(() => true), paused]);
  stop.abort();
  return isEarly;
}

function describeTime(timeMs: number): string {
  if (timeMs < 1000) return `${timeMs} ms`;
  return timeMs < 120_000 ? `${Math.round(timeMs / 100) / 10} seconds` : `${Math.round(timeMs / 60_000)} minutes`;
}
