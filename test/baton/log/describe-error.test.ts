import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { describeError, describeStack } from '../../../src/baton/log/describe-error.ts';

test('describeError joins the messages of an error and its causes', () => {
  const error = new Error('cannot open', { cause: new Error('no key', { cause: 'lost' }) });
  assert.equal(describeError(error), 'cannot open: no key: lost');
});

test('describeError does not say twice what a message says already', () => {
  assert.equal(describeError(new Error('cannot open: no key', { cause: new Error('no key') })), 'cannot open: no key');
});

test('describeError leaves out the code that a ServiceError puts before its message', () => {
  assert.equal(describeError(new ServiceError(Code.Unavailable, 'closed', { reason: 'closed' })), 'closed');
});

test('describeError and describeStack end when a cause leads back', () => {
  const error = new Error('around');
  error.cause = new Error('and round', { cause: error });
  assert.match(describeError(error), /^around: and round/);
  assert.match(describeStack(error), /caused by Error: and round/);
});

test('describeError takes anything that was thrown', () => {
  assert.equal(describeError('just text'), 'just text');
  assert.equal(describeError(new RangeError()), 'RangeError');
});
