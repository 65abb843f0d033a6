// The time windows of the activity feed's reports, one after the other.
import { z } from 'zod';
import { reportIdSchema } from '../report/load-report.ts';
import { timeSchema } from './first-event.ts';

const hourMs = 3_600_000;

/**
 * How far consecutive windows overlap. Skillsoft says that Percipio may take up to 24 hours to include activity in a report;
 * the extra hour covers clock skew.
 */
const activityOverlapMs = 25 * hourMs;

/** Longer periods are split, so that no report is large: a month has a hundredth of ten years. */
const windowMaxMs = 30 * 24 * hourMs;

/** The pause after a report that reached the present. A report takes minutes. */
const intervalMs = 15 * 60_000;

/** The cursor of the feed. Times are those of this machine's clock, in milliseconds since 1970. */
export const activityCursorSchema = z.strictObject({
  /** The next report begins then. */
  from: timeSchema,
  /** The caller's own start, as long as an overlap would go back before it. */
  start: timeSchema.optional(),
  /** The next report is not requested before then. */
  notBefore: timeSchema.optional(),
  /** The report that was read before: its events were sent. */
  previous: reportIdSchema.optional(),
  /** The report that Percipio makes, or that is being read. */
  report: z
    .strictObject({
      id: reportIdSchema,
      to: timeSchema,
      requestedAt: timeSchema,
      /** How many of its activities were sent or skipped. */
      read: z.int().min(0),
    })
    .optional(),
});

export type ActivityCursor = z.output<typeof activityCursorSchema>;

export type CurrentReport = NonNullable<ActivityCursor['report']>;

export function firstActivityCursor(startMs: number): ActivityCursor {
  return { from: startMs, start: startMs };
}

/** The end of the window of the next report; undefined if none is due. */
export function nextWindowEnd({ from, notBefore = 0 }: ActivityCursor, nowMs: number): number | undefined {
  return nowMs < notBefore || nowMs <= from ? undefined : Math.min(nowMs, from + windowMaxMs);
}

/** Where to continue after a report, and whether at once. */
export function afterReport(
  { start }: ActivityCursor,
  { id, to, requestedAt }: CurrentReport,
): { readonly cursor: ActivityCursor; readonly hasMore: boolean } {
  // Activity older than the overlap was already in the report.
  const from = Math.min(to, requestedAt - activityOverlapMs);
  const isUpToDate = to === requestedAt;
  return {
    cursor: {
      ...(start !== undefined && from < start ? firstActivityCursor(start) : { from }),
      ...(isUpToDate && { notBefore: requestedAt + intervalMs }),
      previous: id,
    },
    hasMore: !isUpToDate,
  };
}
