import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback } from '../../../src/baton/net/is-loopback.ts';

for (const [host, expected] of [
  ['localhost', true],
  ['LocalHost', true],
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['128.0.0.1', false],
  ['0.0.0.0', false],
  ['::', false],
  ['localhost.example.com', false],
  ['127.0.0.1.example.com', false],
] as const) {
  test(`${host} is ${expected ? 'this machine' : 'not known to be this machine'}`, () => {
    assert.equal(isLoopback(host), expected);
  });
}
