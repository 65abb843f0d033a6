// How long to wait before something is tried again.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A wait near `delayMs`, between three quarters and five quarters of it: connectors that lost their server together
 * shall not come back together.
 * @param random - From 0 to 1.
 */
export function withJitter(delayMs: number, random: number = Math.random()): number {
  return delayMs * (0.75 + random / 2);
}

/** Waits. Rejects with the signal's reason when it aborts. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await sleep(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
}
