// The way to ConductorOne, through a proxy and through what answers in its place.
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Http2Connection } from '../../../../src/baton/conductorone/link/http2-connection.ts';
import { findRoute } from '../../../../src/baton/net/route.ts';
import { createCertificate } from '../../../../src/simulator/conductorone/certificate.ts';
import { startConductorOne } from '../../../simulator/conductorone/start-conductorone.ts';
import { startProxy } from '../../net/start-proxy.ts';
import { startSocksProxy } from '../../net/start-socks-proxy.ts';
import { startService } from '../start-service.ts';

test('tokens and calls go through the proxy of HTTPS_PROXY, with its user and password', async (t) => {
  const proxy = await startProxy(t);
  const { conductorone } = await startService(t, {
    simulator: { certificate: createCertificate(['c1.test']) },
    prepare: ({ env, host }) =>
      void Object.assign(env, {
        HTTPS_PROXY: `http://ann:p%40ss@${proxy.host}`,
        BATON_C1_API_HOST: `c1.test:${host.split(':')[1]}`,
      }),
  });
  await conductorone.calls.waitFor('GetTask');
  const basic = `Basic ${Buffer.from('ann:p@ss').toString('base64')}`;
  const asked = `CONNECT c1.test:${conductorone.host.split(':')[1]}`;
  assert.deepEqual(proxy.asked, [asked, asked]);
  assert.deepEqual(proxy.authorizations, [basic, basic]);
});

test('tokens and calls go through a SOCKS5 proxy, which looks the host up', async (t) => {
  const proxy = await startSocksProxy(t, { credentials: 'ann:p@ss' });
  const { conductorone } = await startService(t, {
    simulator: { certificate: createCertificate(['c1.test']) },
    prepare: ({ env, host }) =>
      void Object.assign(env, {
        HTTPS_PROXY: `socks5://ann:p%40ss@${proxy.host}`,
        BATON_C1_API_HOST: `c1.test:${host.split(':')[1]}`,
      }),
  });
  await conductorone.calls.waitFor('GetTask');
  const asked = `c1.test:${conductorone.host.split(':')[1]}`;
  assert.deepEqual(proxy.asked, [asked, asked]);
});

for (const options of [{}, { ALPNProtocols: ['http/1.1'] }]) {
  test(`a server that does not support HTTP/2 is named (${JSON.stringify(options)})`, async (t) => {
    const { env } = await startConductorOne(t);
    const { cert, key } = createCertificate();
    const server = createServer({ cert, key, ...options }).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const connection = new Http2Connection({
      route: { ...findRoute(url, env), trust: (await import('node:tls')).createSecureContext({ ca: cert }) },
      connectTimeoutMs: 10_000,
      pingIntervalMs: 30_000,
      pingTimeoutMs: 10_000,
    });
    await assert.rejects(connection.request('POST', '/', {}, {}), {
      reason: 'no_http2',
      rawMessage: `${url.origin} does not support HTTP/2; is a TLS-inspecting proxy in between?`,
    });
  });
}
