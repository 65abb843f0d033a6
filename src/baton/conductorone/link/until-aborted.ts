// Waits for something that goes on whether or not anybody waits for it.
import { once } from 'node:events';

/**
 * The result, unless the signal aborts before.
 * @throws the signal's reason.
 */
export async function untilAborted<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const settled = new AbortController();
  const aborted = once(signal, 'abort', { signal: settled.signal }).then(() => Promise.reject(signal.reason));
  try {
    return await Promise.race([result, aborted]);
  } finally {
    settled.abort();
    // It has lost the race, or told its reason.
    aborted.catch(() => {});
  }
}
