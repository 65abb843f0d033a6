import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  checkListenAddress,
  formatListenAddress,
  isLocalAddress,
  parseListenAddress,
} from '../../../src/baton/server/listen-address.ts';

suite('an address to listen at', () => {
  const addresses = [
    ['127.0.0.1:50051', '127.0.0.1', 50051],
    ['127.8.9.1:1', '127.8.9.1', 1],
    ['[::1]:0', '::1', 0],
    ['localhost:65535', 'localhost', 65535],
    ['0.0.0.0:50051', '0.0.0.0', 50051],
    ['[::]:50051', '::', 50051],
    ['[2001:db8::1]:50051', '2001:db8::1', 50051],
    ['baton.example:50051', 'baton.example', 50051],
  ] as const;
  for (const [text, host, port] of addresses) {
    test(`${text} is read, and written again as it was`, () => {
      const address = parseListenAddress(text);
      assert.deepEqual(address, { host, port });
      assert.equal(formatListenAddress(address), text);
    });
  }

  for (const [text, path] of [
    ['unix:baton.sock', '/run/app/baton.sock'],
    ['unix:../baton.sock', '/run/baton.sock'],
    ['unix:/tmp/baton.sock', '/tmp/baton.sock'],
    ['unix:///tmp/baton.sock', '/tmp/baton.sock'],
  ] as const) {
    test(`${text} is a path`, () => {
      const address = parseListenAddress(text, '/run/app');
      assert.deepEqual(address, { path });
      assert.equal(formatListenAddress(address), `unix:${path}`);
    });
  }

  for (const text of ['unix:', 'unix:/run/']) {
    test(`${text} is refused`, () => {
      assert.equal(checkListenAddress(text), 'must have the path of a socket, as in unix:baton.sock');
    });
  }

  test('a Unix socket and a loopback address are for this machine only', () => {
    const isLocal = (text: string) => isLocalAddress(parseListenAddress(text));
    assert.deepEqual(
      ['unix:a', '[::1]:1', '127.0.0.2:1', 'localhost:1'].filter((text) => !isLocal(text)),
      [],
    );
    assert.deepEqual(['0.0.0.0:1', '[::]:1', 'baton.example:1'].filter(isLocal), []);
  });

  const refused = {
    '50051': /must have a host/,
    ':50051': /must have a host/,
    '127.0.0.1': /must have a port/,
    '': /must have a port/,
    '127.0.0.1:': /must end with a port from 0 to 65535/,
    '127.0.0.1:http': /must end with a port from 0 to 65535/,
    '127.0.0.1:65536': /must end with a port from 0 to 65535/,
    '127.0.0.1:-1': /must end with a port from 0 to 65535/,
    '::1:50051': /must have brackets around an IPv6 address/,
    '::1': /must have brackets around an IPv6 address/,
    '[::1:50051': /must begin with an IP address or a host name/,
    '[::1]': /must end with a port/,
    '[127.0.0.1]:50051': /must begin with an IP address or a host name/,
    'http://127.0.0.1:50051': /must begin with an IP address or a host name/,
    '127.0.0.1 :50051': /must begin with an IP address or a host name/,
    '256.0.0.1:50051': /must begin with an IP address or a host name/,
  };
  for (const [text, why] of Object.entries(refused)) {
    test(`${JSON.stringify(text)} is refused with what is wrong and how it is written right`, () => {
      assert.match(checkListenAddress(text) ?? '', why);
      assert.throws(() => parseListenAddress(text), {
        message: `the address ${JSON.stringify(text)} ${checkListenAddress(text)}`,
      });
      assert.match(checkListenAddress(text) ?? '', /as in (127\.0\.0\.1|\[::1\]):50051/);
    });
  }
});
