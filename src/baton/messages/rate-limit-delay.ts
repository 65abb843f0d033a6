// Reads from an error when the application can be asked again.
import { ConnectError } from '@connectrpc/connect';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';

/**
 * How long a rate limit says to wait, in whole milliseconds; undefined if the error names none that is still in force.
 * While requests remain, they are spread over the time until the limit resets, in whole seconds.
 * @param nowMs - The time in milliseconds since 1970.
 */
export function rateLimitDelayMs(error: unknown, nowMs: number): number | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  for (const { resetAt, remaining } of error.findDetails(RateLimitDescriptionSchema)) {
    const untilResetMs = resetAt ? Number(resetAt.seconds) * 1000 + resetAt.nanos / 1e6 - nowMs : 0;
    if (untilResetMs <= 0) continue;
    return remaining > 0 ? Math.ceil(untilResetMs / Number(remaining) / 1000) * 1000 : Math.ceil(untilResetMs);
  }
  return undefined;
}
