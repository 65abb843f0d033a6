// Medians and percentiles.

/** NaN if there are no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/**
 * The smallest value that at least this share of the values do not exceed (nearest rank). NaN if there are no values.
 * @param share - Above 0, up to 1.
 */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}

/** The median item by a measure; of an even number of items the lower one. */
export function medianBy<Item>(items: readonly Item[], measure: (item: Item) => number): Item | undefined {
  return items.toSorted((a, b) => measure(a) - measure(b))[Math.ceil(items.length / 2) - 1];
}
