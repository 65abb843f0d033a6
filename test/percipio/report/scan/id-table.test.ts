import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { absent, IdTable } from '../../../../src/percipio/report/scan/id-table.ts';

function add(table: IdTable, id: string): number {
  const bytes = Buffer.from(id);
  return table.add(bytes, 0, bytes.length);
}

function find(table: IdTable, id: string): number {
  const bytes = Buffer.from(`"${id}"`);
  return table.find(bytes, 1, bytes.length - 1);
}

describe('IdTable', () => {
  it('numbers ids in the order in which they come', () => {
    const table = new IdTable();
    assert.deepEqual(
      ['a', 'b', 'a', 'c', 'b'].map((id) => add(table, id)),
      [0, 1, 0, 2, 1],
    );
    assert.deepEqual([find(table, 'a'), find(table, 'A')], [0, absent]);
    assert.deepEqual(table.ids, ['a', 'b', 'c']);
  });

  it('finds what a Map finds, of whatever length, in whatever alphabet', () => {
    // Few characters, so that many ids share a beginning, a length or a hash.
    const id = fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'é', '😀'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(id, { maxLength: 300 }), fc.array(id), (ids, others) => {
        const map = new Map<string, number>();
        const table = new IdTable();
        for (const each of ids) {
          if (!map.has(each)) map.set(each, map.size);
          assert.equal(add(table, each), map.get(each));
        }
        for (const each of [...ids, ...others]) assert.equal(find(table, each), map.get(each) ?? absent);
        assert.deepEqual(table.ids, [...map.keys()]);
      }),
    );
  });

  it('tells ids apart whose hashes are equal', () => {
    const byLastWord = new Map<number, string>();
    const table = new IdTable();
    for (let number = 0; number < 100_000; number += 1) {
      const id = number.toString(36).padStart(36, '0');
      byLastWord.set(add(table, id), id);
    }
    assert.equal(byLastWord.size, 100_000);
    for (const [number, id] of byLastWord) assert.equal(find(table, id), number);
  });
});
