import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMaxDatabaseBytes } from '../../../src/baton/config/size-limit.ts';

test('the limit is in MiB, and what is no positive integer is ignored with a warning', () => {
  let warnings: string[] = [];
  const read = (env: NodeJS.ProcessEnv) => {
    warnings = [];
    return readMaxDatabaseBytes(env, { warn: (text: string) => void warnings.push(text) });
  };
  const readValue = (value: string) => read({ BATON_DECODER_MAX_DECODED_SIZE_MB: value });
  assert.equal(readValue('1'), 1_048_576);
  assert.equal(readValue('20480'), 20 * 1024 ** 3);
  for (const value of ['0', '-1', '1.5', 'many', '99999999999999']) {
    assert.equal(readValue(value), undefined, value);
    assert.match(warnings.join(), /^BATON_DECODER_MAX_DECODED_SIZE_MB ignored: it must be a positive integer/, value);
  }
  for (const env of [{}, { BATON_DECODER_MAX_DECODED_SIZE_MB: '' }]) {
    assert.equal(read(env), undefined);
    assert.deepEqual(warnings, []);
  }
});
