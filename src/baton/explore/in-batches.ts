// Goes through many rows without keeping others waiting.
import { setImmediate } from 'node:timers/promises';

/** In batches. The event loop turns after each, so that requests are answered meanwhile. @throws the signal's reason */
export async function* inBatches<Item>(
  items: Iterator<Item>,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<readonly Item[]> {
  for (const rest = Iterator.from(items); ; ) {
    const batch: Item[] = [];
    for (let next = rest.next(); !next.done; next = rest.next()) {
      if (batch.push(next.value) === size) break;
    }
    if (batch.length > 0) yield batch;
    if (batch.length < size) return;
    await setImmediate();
    signal?.throwIfAborted();
  }
}
