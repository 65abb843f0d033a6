// Goes through many rows without keeping others waiting.
import { setImmediate } from 'node:timers/promises';

const batchMax = 500;
const batchMs = 5;

/**
 * In batches of some milliseconds: an item that takes longer is one of its own. The event loop turns after each, so that
 * requests are answered meanwhile.
 * @throws the signal's reason
 */
export async function* inBatches<Item>(items: Iterator<Item>, signal?: AbortSignal): AsyncGenerator<readonly Item[]> {
  for (let isDone = false; !isDone; ) {
    const batch: Item[] = [];
    const untilMs = performance.now() + batchMs;
    do {
      const next = items.next();
      if (next.done) isDone = true;
      else batch.push(next.value);
    } while (!isDone && batch.length < batchMax && performance.now() < untilMs);
    yield batch;
    await setImmediate();
    signal?.throwIfAborted();
  }
}
