import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatListenAddress, isLoopback, parseListenAddress } from '../../../src/baton/server/listen-address.ts';

suite('an address to listen at', () => {
  const addresses = [
    ['127.0.0.1:50051', '127.0.0.1', 50051, true],
    ['127.8.9.1:1', '127.8.9.1', 1, true],
    ['[::1]:0', '::1', 0, true],
    ['localhost:65535', 'localhost', 65535, true],
    ['0.0.0.0:50051', '0.0.0.0', 50051, false],
    ['[::]:50051', '::', 50051, false],
    ['[2001:db8::1]:50051', '2001:db8::1', 50051, false],
    ['baton.example:50051', 'baton.example', 50051, false],
  ] as const;
  for (const [text, host, port, loopback] of addresses) {
    test(`${text} is read, and written again as it was`, () => {
      const address = parseListenAddress(text);
      assert.deepEqual(address, { host, port });
      assert.equal(formatListenAddress(address), text);
      assert.equal(isLoopback(address), loopback);
    });
  }

  const refused = {
    '50051': /the host is missing/,
    ':50051': /the host is missing/,
    '127.0.0.1': /the port is missing/,
    '': /the port is missing/,
    '127.0.0.1:': /the port "" is not a number from 0 to 65535/,
    '127.0.0.1:http': /the port "http" is not a number from 0 to 65535/,
    '127.0.0.1:65536': /the port "65536" is not a number from 0 to 65535/,
    '127.0.0.1:-1': /the port "-1" is not a number/,
    '::1:50051': /an IPv6 address needs brackets/,
    '::1': /an IPv6 address needs brackets/,
    '[::1:50051': /"\[::1" is not an IPv6 address in brackets/,
    '[127.0.0.1]:50051': /"\[127\.0\.0\.1\]" is not an IPv6 address in brackets/,
    'http://127.0.0.1:50051': /"http:\/\/127\.0\.0\.1" is neither an IP address nor a host name/,
    '127.0.0.1 :50051': /neither an IP address nor a host name/,
    '256.0.0.1:50051': /neither an IP address nor a host name/,
  };
  for (const [text, why] of Object.entries(refused)) {
    test(`${JSON.stringify(text)} is refused with what is wrong and how it is written`, () => {
      assert.throws(() => parseListenAddress(text), why);
      assert.throws(() => parseListenAddress(text), /expected host:port, such as 127\.0\.0\.1:50051/);
    });
  }
});
