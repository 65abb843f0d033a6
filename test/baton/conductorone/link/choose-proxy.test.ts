import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseProxy } from '../../../../src/baton/conductorone/link/choose-proxy.ts';

const proxy = 'http://proxy.test:3128';
const chosen = (host: string, env: NodeJS.ProcessEnv, port = 443) => chooseProxy({ host, port }, env)?.href;

test('HTTPS_PROXY leads to every host but this machine', () => {
  assert.equal(chosen('c1.test', { HTTPS_PROXY: proxy }), `${proxy}/`);
  assert.equal(chosen('c1.test', { https_proxy: 'proxy.test:3128' }), `${proxy}/`);
  for (const host of ['localhost', '127.0.0.1', '::1']) assert.equal(chosen(host, { HTTPS_PROXY: proxy }), undefined);
  assert.equal(chosen('c1.test', {}), undefined);
});

for (const [rule, host, excepted] of [
  ['*', 'c1.test', true],
  ['c1.test', 'c1.test', true],
  ['test', 'c1.test', true],
  ['.test', 'c1.test', true],
  ['*.test', 'c1.test', true],
  ['.c1.test', 'c1.test', false],
  ['1.test', 'c1.test', false],
  ['other.test, c1.test:443', 'c1.test', true],
  ['c1.test:8443', 'c1.test', false],
  ['C1.TEST', 'c1.test', true],
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '11.1.2.3', false],
  ['10.0.0.0/8', 'c1.test', false],
  ['fd00::/8', 'fd12::1', true],
  ['10.0.0.0/99', '10.1.2.3', false],
] as const) {
  test(`NO_PROXY=${rule} ${excepted ? 'excepts' : 'does not except'} ${host}`, () => {
    assert.equal(chosen(host, { HTTPS_PROXY: proxy, NO_PROXY: rule }) === undefined, excepted);
  });
}

test('a proxy that is none is refused, and not quoted', () => {
  assert.throws(
    () => chosen('c1.test', { HTTPS_PROXY: 'ftp://user:hunter2@x' }),
    (error: Error) =>
      /HTTPS_PROXY is not the URL of a proxy/.test(error.message) && !/hunter2/.test(String(error.stack)),
  );
});
