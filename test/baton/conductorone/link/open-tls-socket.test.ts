// The way to ConductorOne: proxies, and certificate authorities of one's own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openTlsSocket } from '../../../../src/baton/conductorone/link/open-tls-socket.ts';
import { createTrust } from '../../../../src/baton/conductorone/link/trust.ts';
import { createCertificate } from '../../../../src/simulator/conductorone/certificate.ts';
import { startConductorOne } from '../../../simulator/conductorone/start-conductorone.ts';
import { startService } from '../start-service.ts';

/** A proxy that takes every name for this machine. */
async function startProxy(t: TestContext, status = 200) {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const onward = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const each of [socket, onward]) {
      sockets.add(each);
      each.on('error', () => {}).on('close', () => onward.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

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
  const target = `c1.test:${conductorone.host.split(':')[1]}`;
  assert.deepEqual(proxy.asked, [`${target} ${basic}`, `${target} ${basic}`]);
});

async function failureOf(env: NodeJS.ProcessEnv, host: string, port: number): Promise<string> {
  const options = { endpoint: { host, port }, env, protocols: ['h2'], signal: new AbortController().signal };
  const error = await openTlsSocket({ ...options, trust: createTrust(env) }).then(
    () => assert.fail('it connected'),
    (reason: Error & { rawMessage: string }) => reason,
  );
  return error.rawMessage;
}

test('a proxy that refuses is named, without its password', async (t) => {
  const proxy = await startProxy(t, 407);
  const message = await failureOf({ HTTPS_PROXY: `http://ann:hunter2@${proxy.host}` }, 'c1.test', 443);
  assert.equal(message, `cannot reach c1.test:443 through the proxy ${proxy.host}: it answers 407 No`);
});

test('a certificate that is not trusted is told with the variable that helps, and one for another host', async (t) => {
  const { host, env } = await startConductorOne(t, { certificate: createCertificate(['c1.test']) });
  const port = Number(host.split(':')[1]);
  assert.match(await failureOf({}, '127.0.0.1', port), /SSL_CERT_FILE may name a PEM file/);
  assert.match(await failureOf(env, 'localhost', port), /does not match certificate's altnames/);
});

test('a host that nobody listens at is told', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  assert.match(await failureOf({}, '127.0.0.1', port), new RegExp(`cannot reach 127.0.0.1:${port}: .*ECONNREFUSED`));
});

test('a file of authorities that cannot be used is named', () => {
  assert.throws(() => createTrust({ SSL_CERT_FILE: '/nonexistent.pem' }), {
    rawMessage: /SSL_CERT_FILE names \/nonexistent\.pem, which cannot be used: ENOENT/,
  });
  assert.throws(() => createTrust({ NODE_EXTRA_CA_CERTS: import.meta.filename }), {
    rawMessage: /holds (?:no|a broken) certificate|cannot be used/,
  });
});
