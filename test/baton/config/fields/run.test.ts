import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxRemoved, parseShare } from '../../../../src/baton/config/fields/run.ts';

test('a share is a percentage', () => {
  assert.equal(parseShare('30%'), 0.3);
  assert.equal(parseShare('0%'), 0);
  assert.equal(parseShare('100%'), 1);
  assert.equal(parseShare('0.5%'), 0.005);
  for (const text of ['', '30', '101%', '-1%', '30 %', '1e1%', '.5%']) assert.equal(parseShare(text), undefined, text);
  assert.match(maxRemoved.check?.('30') ?? '', /percentage from 0% to 100%, such as 30%/);
});
