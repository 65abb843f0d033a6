import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { activityStatuses } from '../../../../src/percipio/report/scan/activity-status.ts';
import { idsMax } from '../../../../src/percipio/report/scan/id-table.ts';
import {
  courseOf,
  NumberList,
  packActivity,
  pairOf,
  statusOf,
  userOf,
} from '../../../../src/percipio/report/scan/packed-activities.ts';

const numbers = [0, 1, 2, 12_345, 2 ** 20 + 1, idsMax - 2, idsMax - 1];

describe('packActivity', () => {
  it('loses nothing, up to the largest numbers that a table gives', () => {
    for (const course of numbers) {
      for (const user of numbers) {
        for (const status of activityStatuses) {
          const packed = packActivity(course, user, status);
          assert.ok(Number.isSafeInteger(packed));
          assert.deepEqual([courseOf(packed), userOf(packed), statusOf(packed)], [course, user, status]);
        }
      }
    }
  });

  it('is in order by course, user, and the status that wins', () => {
    const packed = numbers.flatMap((course) =>
      numbers.flatMap((user) => activityStatuses.map((status) => packActivity(course, user, status))),
    );
    assert.deepEqual(
      packed,
      packed.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(packed).size, packed.length);
    assert.equal(new Set(packed.map(pairOf)).size, packed.length / 2);
  });
});

describe('NumberList', () => {
  for (const count of [0, 1, 1024, 1025, 5000, 1024 * 1024, 1024 * 1024 + 1, 2_500_000]) {
    it(`gives ${count} numbers as they were put in`, () => {
      const list = new NumberList();
      for (let number = 0; number < count; number += 1) list.push(number * 3);
      assert.equal(list.length, count);
      const all = list.drain();
      assert.equal(all.length, count);
      assert.ok(all.every((number, position) => number === position * 3));
      assert.equal(list.length, 0);
    });
  }
});
