// Ends listings that never end by themselves.
import type { Exchange } from './exchange.ts';

/** For a listing without a total: more than any organization has. */
const entriesMax = 10_000_000;

/** How much a listing may outgrow its first total: people join while a sync runs. */
const growthMax = 2;
const roomMin = 2000;

/**
 * Checks that a listing may continue.
 * @param nextOffset - Where its next page begins.
 * @param firstTotal - How many entries its first page announced; undefined if it did not.
 * @throws PercipioError beyond twice the first total and 2,000 more, or beyond 10 million entries.
 */
export function checkListingBound(nextOffset: number, firstTotal: number | undefined, exchange: Exchange): void {
  const bound = firstTotal === undefined ? entriesMax : Math.min(entriesMax, firstTotal * growthMax + roomMin);
  if (nextOffset <= bound) return;
  const announced = firstTotal === undefined ? '' : `, although its first page announced ${firstTotal}`;
  const problem = `continues a list without an end: it is past ${bound} entries${announced}`;
  throw exchange.fail({ kind: 'body', problem, isTransient: false });
}
