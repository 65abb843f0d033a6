import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAllowedRoute } from '../../../src/baton/net/allowed-hosts.ts';

const find = (url: string, hosts: string | undefined) => findAllowedRoute(new URL(url), { BATON_ALLOWED_HOSTS: hosts });

test('without a list every host may be reached', () => {
  for (const hosts of [undefined, '']) assert.equal(find('http://a.test:8080/x', hosts).origin.host, 'a.test:8080');
});

test('a host of the list may be reached, over the scheme that the list names', () => {
  assert.equal(find('http://a.test', 'b.test, A.test').origin.host, 'a.test');
  assert.equal(find('https://a.test', 'https://a.test').origin.host, 'a.test');
});

test('other hosts may not', () => {
  for (const [url, hosts] of [
    ['https://a.test', 'b.test'],
    ['https://a.test', 'none'],
    ['https://x.a.test', 'a.test'],
    ['http://a.test', 'https://a.test'],
  ] as const) {
    assert.throws(() => find(url, hosts), {
      reason: 'host_not_allowed',
      message: `BATON_ALLOWED_HOSTS does not allow ${url}: add the host, or correct the address`,
    });
  }
});
