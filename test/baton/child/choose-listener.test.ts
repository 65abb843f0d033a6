import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseListener } from '../../../src/baton/child/choose-listener.ts';

const variable = 'BATON_CONNECTOR_SERVICE_LISTENER_FD';

test('a child listens at the socket that its parent hands over', () => {
  assert.deepEqual(chooseListener({ [variable]: '3' }, 50051), { fd: 3, port: 50051 });
});

test('without one it opens the port on loopback', () => {
  assert.deepEqual(chooseListener({}, 50051), { host: '127.0.0.1', port: 50051 });
  assert.deepEqual(chooseListener({ [variable]: '' }, 50051), { host: '127.0.0.1', port: 50051 });
});

for (const text of ['three', '-1', '3.5', ' 3', '9999999']) {
  test(`${JSON.stringify(text)} is no file descriptor`, () => {
    assert.throws(() => chooseListener({ [variable]: text }, 1), /must be the number of a file descriptor, got "/);
  });
}
