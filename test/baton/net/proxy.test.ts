import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnusableVariableError } from '../../../src/baton/net/environment.ts';
import { chooseProxy } from '../../../src/baton/net/proxy.ts';
import { distantProxyCases, fillIn, proxyCases } from './proxy-cases.ts';

describe('the proxy of the environment', () => {
  for (const each of [...proxyCases, ...distantProxyCases]) {
    it(`${JSON.stringify(each.env)}: ${each.way} to ${each.host}`, () => {
      const found = chooseProxy(new URL(`https://${each.host}:8443`), fillIn(each, 'proxy.test:3128', 8443));
      assert.equal(found ? 'proxy' : 'direct', each.way);
    });
  }

  it('is that of HTTP_PROXY for http', () => {
    const env = { HTTPS_PROXY: 'http://secure.test', http_proxy: 'http://plain.test' };
    assert.equal(chooseProxy(new URL('http://c1.test'), env)?.shown, 'http://plain.test (http_proxy)');
    assert.equal(chooseProxy(new URL('https://c1.test'), env)?.shown, 'http://secure.test (HTTPS_PROXY)');
  });

  it('is excepted by the port that a URL has without saying so', () => {
    const env = { HTTPS_PROXY: 'p.test', HTTP_PROXY: 'p.test', NO_PROXY: 'c1.test:443' };
    assert.equal(chooseProxy(new URL('https://c1.test'), env), undefined);
    assert.ok(chooseProxy(new URL('http://c1.test'), env));
  });

  for (const [value, shown, kind] of [
    [' http://ann:p%40ss@p.test:3128 ', 'http://p.test:3128', 'http'],
    ['https://ann:p%40ss@p.test/', 'https://p.test', 'http'],
    ['ann:p%40ss@p.test:3128', 'http://p.test:3128', 'http'],
    ['socks5://ann:p%40ss@p.test', 'socks5://p.test', 'socks5'],
    ['SOCKS5H://ann:p%40ss@p.test:1', 'socks5h://p.test:1', 'socks5'],
    ['socks://ann:p%40ss@[::1]:1', 'socks://[::1]:1', 'socks5'],
  ] as const) {
    it(`${JSON.stringify(value)} is used, and shown without its password`, () => {
      const found = chooseProxy(new URL('https://c1.test'), { HTTPS_PROXY: value });
      assert.ok(found);
      const { userName, password } = found;
      assert.deepEqual([found.shown, found.kind, userName, password], [`${shown} (HTTPS_PROXY)`, kind, 'ann', 'p@ss']);
    });
  }
});

describe('a variable that holds no proxy', () => {
  for (const [value, fault] of [
    ['"http://ann:hunter2@p.test:3128"', 'has quotes around its value; remove them'],
    ["'http://ann:hunter2@p.test:3128'", 'has quotes around its value; remove them'],
    ['ftp://ann:hunter2@p.test', 'has the unsupported scheme ftp; use http, https or socks5'],
    ['socks4://ann:hunter2@p.test', 'has the unsupported scheme socks4; use http, https or socks5'],
    [
      'http://ann:hunter2%@p.test',
      /^ contains a % in its user name or password that is not a percent-escape; write it as %25$/,
    ],
    ['http://ann:hunter2%zz@p.test:1', /^ contains a % in its user name or password/],
    ['ann:hunter2%@p.test', /^ contains a % in its user name or password/],
    ['http://ann:hunter2/x@p.test:3128', /^ is not a proxy URL such as http:\/\/proxy\.example\.com:3128 or /],
    [
      'http://ann:2#hunter2@p.test:3128',
      /^ is not a proxy URL .*; percent-encode special characters in the user name and password$/,
    ],
    ['http://ann:2?hunter2@p.test:3128', /^ is not a proxy URL/],
    ['http://', /^ is not a proxy URL/],
    ['http://:3128', /^ is not a proxy URL/],
    ['socks5://', /^ is not a proxy URL/],
    ['http://hunter2 hunter2', /^ is not a proxy URL/],
    ['http://p.test:99999', /^ is not a proxy URL/],
  ] as const) {
    for (const variable of ['HTTPS_PROXY', 'https_proxy']) {
      it(`${variable}=${value} is one fault that names it and shows no password`, () => {
        assert.throws(
          () => chooseProxy(new URL('https://c1.test'), { [variable]: value }),
          (error) => {
            assert.ok(error instanceof UnusableVariableError);
            assert.equal(error.reason, 'invalid_proxy');
            assert.ok(error.message.startsWith(variable));
            const said = error.message.slice(variable.length);
            if (typeof fault === 'string') assert.equal(said, ` ${fault}`);
            else assert.match(said, fault);
            assert.doesNotMatch(`${error.stack}`, /hunter2/);
            return true;
          },
        );
      });
    }
  }

  it('is no fault where it is not needed', () => {
    assert.equal(chooseProxy(new URL('https://localhost'), { HTTPS_PROXY: 'ftp://p' }), undefined);
    assert.equal(chooseProxy(new URL('https://c1.test'), { HTTPS_PROXY: 'ftp://p', NO_PROXY: 'c1.test' }), undefined);
    assert.equal(chooseProxy(new URL('https://c1.test'), { HTTP_PROXY: 'ftp://p' }), undefined);
  });
});
