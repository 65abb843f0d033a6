// Waits until a write can be read: what Percipio has taken may take a moment to show.
import { setTimeout as wait } from 'node:timers/promises';
import type { RetryPolicy } from './retry-policy.ts';

/** With the default policy the last read comes 7 seconds after the first. */
const readsMax = 4;

/**
 * Reads until `isThere` says so, at most 4 times, after waits that begin with the policy's shortest and double.
 * @returns What was read last.
 * @throws What `read` throws, or the reason of the signal.
 */
export async function readUntil<T>(
  read: () => Promise<T>,
  isThere: (value: T) => boolean,
  { delayMinMs, delayMaxMs }: Pick<RetryPolicy, 'delayMinMs' | 'delayMaxMs'>,
  signal: AbortSignal,
): Promise<T> {
  for (let reads = 1; ; reads += 1) {
    const value = await read();
    if (isThere(value) || reads === readsMax) return value;
    const delayMs = Math.min(delayMaxMs, delayMinMs * 2 ** (reads - 1));
    // Rejects for no other reason than the signal.
    await wait(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
