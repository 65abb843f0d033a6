// Frees the memory of the pieces of a report that were read.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much is read before memory is freed. */
const bytesMax = 16 * 1024 * 1024;

/**
 * Counts pieces that are no longer needed. Their bytes are outside V8's heap: it waits for 64 MB of them, and often for
 * more, since scanning a report makes no garbage that would trigger it. Collecting young objects every 16 MB takes 0.1 s
 * per gigabyte, and saves 55 MB.
 */
export function createPieceFreer(): (bytes: number) => void {
  const collect = exposeCollector();
  let read = 0;
  return (bytes) => {
    read += bytes;
    if (read < bytesMax) return;
    read = 0;
    collect({ type: 'minor' });
  };
}

type Collector = (options: { readonly type: 'minor' }) => void;

let collector: Collector | undefined;

/** Node exposes the function to a program that was started with the flag, or to a context created after setting it. */
function exposeCollector(): Collector {
  if (!collector) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as Collector;
  }
  return collector;
}
