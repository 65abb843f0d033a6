import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnsweredAt } from '../../../src/percipio/api/answer-headers.ts';

test('the time of an answer is that of its date header', () => {
  assert.deepEqual(readAnsweredAt({ date: 'Mon, 05 Jan 2026 10:11:12 GMT' }), new Date('2026-01-05T10:11:12Z'));
});

test('an answer without a date header, or with one in another form, tells no time', () => {
  for (const date of [undefined, '', 'yesterday', '2026', '1767607872', 'Mon, 99 Foo 2026 10:11:12 GMT']) {
    assert.equal(readAnsweredAt({ date }), undefined, date);
  }
});
