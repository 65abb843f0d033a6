// Cuts a sequence into pieces that are worked on together.

/** As much as an array of messages may hold at a time: enough to spread the cost of a piece, little enough to forget. */
const batchItems = 100;

/** The items in the order given, {@link batchItems} at a time. An array that is no longer comes out as it is. */
export function* batches<Item>(items: Iterable<Item>): Generator<Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < batchItems) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
