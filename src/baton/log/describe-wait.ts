// A wait as text for a terminal, and as fields of a log line.
import { formatSpan } from '../net/format-span.ts';
import type { CurrentWait } from '../net/waits.ts';

/** Up to here a countdown says more than the time of day. */
const countdownMaxMs = 120_000;

/** A clock that is off by more would name another day. */
const dayMs = 24 * 3_600_000;

/** `waiting for the report (PENDING, 12 min of at most 5 h, next check in 40 s)`; `… (429), trying again at 04:12`. */
export function describeWait(wait: CurrentWait, nowMs: number): string {
  const { what, state, atMostMs, sinceMs, nextCheckAtMs, retryAtMs } = wait;
  const waited = formatSpan(nowMs - sinceMs);
  const details = [
    state,
    atMostMs !== undefined ? `${waited} of at most ${formatSpan(atMostMs)}` : retryAtMs === undefined && waited,
    nextCheckAtMs !== undefined && `next check ${describeMoment(nextCheckAtMs, nowMs)}`,
  ].filter(Boolean);
  return [
    details.length === 0 ? what : `${what} (${details.join(', ')})`,
    ...(retryAtMs === undefined ? [] : [`trying again ${describeMoment(retryAtMs, nowMs)}`]),
  ].join(', ');
}

/** `now`, `in 40 s`, `at 04:12` in local time. */
function describeMoment(atMs: number, nowMs: number): string {
  const leftMs = atMs - nowMs;
  if (leftMs <= 0) return 'now';
  if (leftMs <= countdownMaxMs || leftMs >= dayMs) return `in ${formatSpan(leftMs)}`;
  return `at ${new Date(atMs).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
}

/** Fields of the line whose message is what is waited for. Points in time are ISO 8601, in UTC. */
export function waitFields(wait: CurrentWait, nowMs: number): Record<string, unknown> {
  const { state, atMostMs, sinceMs, nextCheckAtMs, retryAtMs } = wait;
  return {
    ...(state !== undefined && { state }),
    waited_ms: Math.round(nowMs - sinceMs),
    ...(atMostMs !== undefined && { at_most_ms: Math.round(atMostMs) }),
    ...(nextCheckAtMs !== undefined && { next_check_at: new Date(nextCheckAtMs).toISOString() }),
    ...(retryAtMs !== undefined && { retry_at: new Date(retryAtMs).toISOString() }),
  };
}
