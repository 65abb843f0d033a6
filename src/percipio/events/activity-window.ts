// Which time the reports of the activity feed are about, one after the other.
import { z } from 'zod';
import { timeSchema } from './first-event.ts';

const hourMs = 3_600_000;

/**
 * How much of the time that one report was about the next one is about again. Skillsoft says that Percipio may take up
 * to 24 hours to include activity in a report; an hour more is for clocks that differ.
 */
export const activityOverlapMs = 25 * hourMs;

/** A longer time is reported piece by piece, so that no report is large: a month has a hundredth of ten years. */
const windowMaxMs = 30 * 24 * hourMs;

/** After a report that went up to the present, the next one is requested after this time. A report takes minutes. */
const intervalMs = 15 * 60_000;

/** The cursor of the feed. Times are those of this machine's clock, in milliseconds since 1970. */
export const activityCursorSchema = z.strictObject({
  /** The next report begins then. */
  from: timeSchema,
  /** The caller's own start, as long as an overlap would go back behind it. */
  start: timeSchema.optional(),
  /** Not before then the next report is requested. */
  notBefore: timeSchema.optional(),
  /** The report that was read before: what it has was told. */
  previous: z.string().min(1).optional(),
  /** The report that is being made, or read. */
  report: z
    .strictObject({
      id: z.string().min(1),
      to: timeSchema,
      requestedAt: timeSchema,
      /** How many of its activities were told or left out. */
      read: z.int().min(0),
    })
    .optional(),
});

export type ActivityCursor = z.output<typeof activityCursorSchema>;

export type CurrentReport = NonNullable<ActivityCursor['report']>;

export function firstActivityCursor(startMs: number): ActivityCursor {
  return { from: startMs, start: startMs };
}

/** Whether a report is to be requested, and up to when. */
export function nextWindowEnd({ from, notBefore = 0 }: ActivityCursor, nowMs: number): number | undefined {
  return nowMs < notBefore || nowMs <= from ? undefined : Math.min(nowMs, from + windowMaxMs);
}

/** Where to go on behind a report, and whether that can be done at once. */
export function behindReport(
  { start }: ActivityCursor,
  { id, to, requestedAt }: CurrentReport,
): { readonly cursor: ActivityCursor; readonly hasMore: boolean } {
  // Activity that is older than the overlap was there when the report was made.
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
