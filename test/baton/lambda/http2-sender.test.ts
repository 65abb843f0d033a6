import assert from 'node:assert/strict';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { Http2Connection } from '../../../src/baton/conductorone/link/http2-connection.ts';
import { createHttp2Sender } from '../../../src/baton/lambda/http2-sender.ts';
import { findRoute } from '../../../src/baton/net/route.ts';
import { createCertificate } from '../../../src/simulator/conductorone/certificate.ts';

test('a request that is not answered ends with its signal', async (t) => {
  const { cert, key } = createCertificate();
  const asked = Promise.withResolvers<void>();
  const server = createSecureServer({ cert, key }, () => asked.resolve()).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const connection = new Http2Connection({
    route: { ...findRoute(url, {}), trust: createSecureContext({ ca: cert }) },
    connectTimeoutMs: 10_000,
    pingIntervalMs: 30_000,
    pingTimeoutMs: 10_000,
  });
  t.after(() => connection.close());
  const stop = new AbortController();
  const { signal } = stop;
  const answer = createHttp2Sender(connection).request({ method: 'POST', path: '/', headers: {}, body: 'x', signal });
  await asked.promise;
  stop.abort(new Error('too late'));
  await assert.rejects(answer, /too late/);
});
