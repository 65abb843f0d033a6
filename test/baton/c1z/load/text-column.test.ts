import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TextColumn } from '../../../../src/baton/c1z/load/text-column.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10000}', '\u{10ffff}') }),
);
const anyString = fc.oneof(anyText, fc.string({ unit: fc.constantFrom('a', 'é', '\ud83d', '\ude00', '\ufffd') }));

test('a column knows bytes and order of each value, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyString, fc.nat(3))), (values) => {
      const column = new TextColumn();
      let before: Buffer | undefined;
      for (const [value, at] of values) {
        const expected = Buffer.from(value);
        column.set(value);
        assert.equal(column.byteLength, expected.length);
        assert.equal(Math.sign(column.order), before ? Buffer.compare(expected, before) : 1);
        const bytes = Buffer.alloc(100, '.');
        // Written into other bytes each time, which a column does not expect.
        const fresh = new TextColumn();
        fresh.set(value);
        assert.equal(fresh.write(bytes, at), at + expected.length);
        assert.deepEqual(bytes.subarray(fresh.start, fresh.end), expected);
        assert.equal(bytes.toString('latin1', 0, at), '.'.repeat(at));
        before = expected;
      }
    }),
    { numRuns: 500 },
  );
});

test('a value is written again when it changed or its place did', () => {
  const column = new TextColumn();
  const bytes = Buffer.alloc(10);
  const write = (value: string, at: number) => {
    column.set(value);
    column.write(bytes, at);
    return bytes.toString('latin1', at, at + value.length);
  };
  assert.equal(write('abc', 0), 'abc');
  bytes.fill('.');
  assert.equal(write('abc', 0), '...', 'nothing had to be written');
  assert.equal(write('abc', 4), 'abc');
  assert.equal(write('abd', 4), 'abd');
  column.set('x');
  assert.equal(write('abd', 4), 'abd', 'a value that was never written is not taken for the one that is there');
  bytes.fill('.');
  column.set('abd');
  column.set('abd');
  assert.equal(write('abd', 4), '...');
});
