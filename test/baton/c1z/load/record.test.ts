import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putRowId, putVarint, rowIdBytes, rowIdType, varintBytes } from '../../../../src/baton/c1z/load/record.ts';

/** As the documentation of the format tells it: big-endian groups of seven bits. */
const varints: [value: number, bytes: number[]][] = [
  [0, [0x00]],
  [0x7f, [0x7f]],
  [0x80, [0x81, 0x00]],
  [0x3fff, [0xff, 0x7f]],
  [0x4000, [0x81, 0x80, 0x00]],
  [0x1f_ffff, [0xff, 0xff, 0x7f]],
  [0x20_0000, [0x81, 0x80, 0x80, 0x00]],
  [0x0fff_ffff, [0xff, 0xff, 0xff, 0x7f]],
  [0x1000_0000, [0x81, 0x80, 0x80, 0x80, 0x00]],
  [2 ** 35 - 1, [0xff, 0xff, 0xff, 0xff, 0x7f]],
];

test('variable-length integers have seven bits a byte, the highest first', () => {
  for (const [value, expected] of varints) {
    const bytes = Buffer.alloc(8, 0xaa);
    assert.equal(putVarint(bytes, 1, value), 1 + expected.length, String(value));
    assert.deepEqual([...bytes.subarray(1, 1 + expected.length)], expected, String(value));
    assert.deepEqual([bytes[0], bytes[1 + expected.length]], [0xaa, 0xaa], 'bytes around it');
    assert.equal(varintBytes(value), expected.length);
  }
});

test('row ids take as few bytes as hold them with their sign, and 1 takes none', () => {
  const values: [rowId: number, type: number, bytes: number[]][] = [
    [1, 9, []],
    [2, 1, [2]],
    [0x7f, 1, [0x7f]],
    [0x80, 2, [0x00, 0x80]],
    [0x7fff, 2, [0x7f, 0xff]],
    [0x8000, 3, [0x00, 0x80, 0x00]],
    [0x7f_ffff, 3, [0x7f, 0xff, 0xff]],
    [0x80_0000, 4, [0x00, 0x80, 0x00, 0x00]],
    [0x7fff_ffff, 4, [0x7f, 0xff, 0xff, 0xff]],
  ];
  for (const [rowId, type, expected] of values) {
    const bytes = Buffer.alloc(6, 0xaa);
    assert.equal(rowIdType(rowId), type, String(rowId));
    assert.equal(rowIdBytes(type), expected.length);
    assert.equal(putRowId(bytes, 1, rowId), 1 + expected.length);
    assert.deepEqual([...bytes], [0xaa, ...expected, ...Array(5 - expected.length).fill(0xaa)], String(rowId));
  }
});
