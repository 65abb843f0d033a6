// Waits until a write can be read: what Percipio has taken may take a moment to show.
import { backoffMs, noJitter, pause, type RetryPolicy } from 'baton-connector-sdk/http';

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
  policy: Pick<RetryPolicy, 'delayMinMs' | 'delayMaxMs'>,
  signal: AbortSignal,
): Promise<T> {
  for (let reads = 1; ; reads += 1) {
    const value = await read();
    if (isThere(value) || reads === readsMax) return value;
    await pause(backoffMs({ ...policy, attemptsMax: readsMax, jitter: noJitter }, reads), signal);
  }
}
