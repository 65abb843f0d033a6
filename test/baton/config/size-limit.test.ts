import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMaxDatabaseBytes } from '../../../src/baton/config/size-limit.ts';

test('the limit is in MiB, and what is no positive integer is ignored', () => {
  const read = (value: string) => readMaxDatabaseBytes({ BATON_DECODER_MAX_DECODED_SIZE_MB: value });
  assert.equal(read('1'), 1_048_576);
  assert.equal(read('20480'), 20 * 1024 ** 3);
  for (const value of ['', '0', '-1', '1.5', 'many', '99999999999999']) assert.equal(read(value), undefined, value);
  assert.equal(readMaxDatabaseBytes({}), undefined);
});
