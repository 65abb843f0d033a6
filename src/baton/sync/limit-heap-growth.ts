// Keeps the memory of a sync small.
import { setFlagsFromString } from 'node:v8';

/** In percent of what is left after a collection; 0 leaves it to V8. */
const growthMax = 30;

let syncs = 0;

/**
 * Has garbage collected when the heap has grown by so much; V8 would let it grow up to fourfold. A sync makes much garbage
 * and keeps little: it takes a quarter of the memory less for a twentieth of the time more. A server of many small calls
 * would spend twice the time on garbage, so this ends with the sync.
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
