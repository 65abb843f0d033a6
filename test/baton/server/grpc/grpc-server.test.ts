import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '../../../../src/baton/author/service-error.ts';
import { formatListenAddress } from '../../../../src/baton/server/listen-address.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { EchoService } from '../echo-service.ts';
import { startTestServer } from '../test-server.ts';

test('a port that is taken is refused with what to do', async (t) => {
  const { server } = await startTestServer(t, []);
  await assert.rejects(startTestServer(t, [], { listen: server.address }), (error) => {
    assert.ok(error instanceof ServiceError);
    assert.equal(error.reason, 'address_in_use');
    assert.equal(
      error.rawMessage,
      `cannot listen on ${formatListenAddress(server.address)}: the port is in use; stop the program that uses it, or choose another port`,
    );
    return true;
  });
});

test('an address that the machine does not have is refused', async (t) => {
  const listen = { host: '192.0.2.1', port: 0 };
  await assert.rejects(
    startTestServer(t, [], { listen }),
    /cannot listen on 192\.0\.2\.1:0: the machine does not have/,
  );
});

test('a duplicate service is rejected', async (t) => {
  const entry = serviceEntry(EchoService, {});
  await assert.rejects(startTestServer(t, [entry, entry]), /duplicate service test\.EchoService/);
});
