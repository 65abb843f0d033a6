import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, hash32, pick, shuffle, uuidAt } from '../../../src/simulator/percipio/random.ts';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('uuidAt makes UUIDs of version 4, of which no two of 200,000 are the same', () => {
  const uuids = Array.from({ length: 200_000 }, (_, index) => uuidAt(42, index));
  assert.ok(uuids.every((uuid) => UUID_V4.test(uuid)));
  assert.equal(new Set(uuids).size, uuids.length);
});

test('uuidAt gives the same UUID for the same key and index, and another one for another key', () => {
  assert.equal(uuidAt(1, 7), uuidAt(1, 7));
  assert.notEqual(uuidAt(1, 7), uuidAt(2, 7));
});

test('hash32 gives whole numbers of 32 bits, a different one for each number under a key', () => {
  const hashes = Array.from({ length: 100_000 }, (_, number) => hash32(3, number));
  assert.ok(hashes.every((hash) => Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32));
  assert.equal(new Set(hashes).size, hashes.length);
});

test('a random stream repeats itself for a seed, and reaches each of its numbers about equally often', () => {
  const first = createRandom(9);
  const second = createRandom(9);
  const counts = [0, 0, 0, 0, 0];
  for (let draw = 0; draw < 10_000; draw += 1) {
    const number = first.below(5);
    assert.equal(second.below(5), number);
    counts[number] = (counts[number] ?? 0) + 1;
  }
  assert.ok(
    counts.every((count) => count > 1800 && count < 2200),
    String(counts),
  );
});

test('shuffle keeps every item, and its order depends on the seed', () => {
  const items = Array.from({ length: 20 }, (_, index) => index);
  assert.deepEqual(shuffle(items, 1), shuffle(items, 1));
  assert.notDeepEqual(shuffle(items, 1), shuffle(items, 2));
  assert.deepEqual(
    shuffle(items, 1).sort((a, b) => a - b),
    items,
  );
});

test('pick counts round a list, and refuses an empty one', () => {
  assert.equal(pick(['a', 'b'], 3), 'b');
  assert.throws(() => pick([], 0), RangeError);
});
