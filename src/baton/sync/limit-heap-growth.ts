// Limits the memory of a sync.
import { setFlagsFromString } from 'node:v8';

/** In percent of the heap that is left after a collection; 0 leaves it to V8. */
const growthMax = 75;

let syncs = 0;

/**
 * Makes V8 collect garbage once the heap has grown by this much; by default it may grow fourfold. A sync makes much
 * garbage and keeps little: this saves 100 MB for a million grants. A limit of 30 % took a third more processor time and
 * saved hardly more. A server of many small calls would spend twice as long on garbage, so the limit ends with the sync.
 */
export function limitHeapGrowth(): Disposable {
  syncs += 1;
  setFlagsFromString(`--heap-growing-percent=${growthMax}`);
  return {
    [Symbol.dispose]: () => {
      syncs -= 1;
      if (syncs === 0) setFlagsFromString('--heap-growing-percent=0');
    },
  };
}
