// Where a feed begins when it is read for the first time.
import { z } from 'zod';

/** A time in a cursor, in milliseconds since 1970. */
export const timeSchema = z.int().min(0).max(8.64e15);

/** As the Go SDK's command line (--event-feed-start-at of baton-sdk v0.25.0). */
const lookBackMs = 24 * 3_600_000;

/** @returns Milliseconds since 1970. */
export function firstEventMs(startAt: Date | undefined, nowMs: number): number {
  return Math.max(0, startAt?.getTime() ?? nowMs - lookBackMs);
}
