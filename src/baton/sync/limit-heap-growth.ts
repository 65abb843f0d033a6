// Limits the memory of a sync or a query.
import { setFlagsFromString } from 'node:v8';

/** In percent of the heap that is left after a collection; 0 leaves it to V8. */
const growthMax = 75;

/** V8's own factor by which it lets the space for new objects grow. */
const youngGrowth = 2;

let syncs = 0;
let queries = 0;

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

/**
 * Keeps V8 from enlarging the space for new objects: it is some 16 MB by then, and may grow to 128 MB. What a query reads
 * is garbage a row later, so a small space costs 3 % more processor time, and saves 100 MB for a million grants.
 */
export function limitYoungHeap(): Disposable {
  queries += 1;
  setFlagsFromString('--semi-space-growth-factor=1');
  return {
    [Symbol.dispose]: () => {
      queries -= 1;
      if (queries === 0) setFlagsFromString(`--semi-space-growth-factor=${youngGrowth}`);
    },
  };
}
