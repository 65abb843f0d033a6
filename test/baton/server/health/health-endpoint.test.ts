import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import { fetch } from 'undici';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import {
  type HealthEndpoint,
  type HealthEndpointOptions,
  startHealthEndpoint,
} from '../../../../src/baton/server/health/health-endpoint.ts';

async function start(t: TestContext, options: Partial<HealthEndpointOptions> = {}) {
  const lines: Record<string, unknown>[] = [];
  const server = await startHealthEndpoint({
    listen: { host: '127.0.0.1', port: 0 },
    logger: pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) }),
    validate: async () => {},
    findUnreadiness: () => undefined,
    ...options,
  });
  t.after(() => server.close());
  const url = `http://127.0.0.1:${server.address.port}`;
  const ask = async (path: string, method = 'GET') => {
    const answer = await fetch(url + path, { method, headers: { connection: 'close' } });
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
  };
  return { server, ask, lines };
}

/** Asks as a web page does whose name leads to this machine. */
async function statusFor({ address }: HealthEndpoint, host: string): Promise<number | undefined> {
  const sent = request({ host: '127.0.0.1', port: address.port, path: '/live', headers: { host }, agent: false }).end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

/** The body without its timestamp, which must be one in whole seconds and not older than the test. */
function parseBody(body: string): unknown {
  const { timestamp, ...rest } = JSON.parse(body);
  assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.ok(Date.now() - Date.parse(timestamp) < 60_000, timestamp);
  return rest;
}

for (const [path, status] of [
  ['/health', 'healthy'],
  ['/ready', 'ready'],
  ['/live', 'alive'],
  ['/live?verbose', 'alive'],
] as const) {
  test(`${path} is answered ${status} by a program that is well, whatever the method`, async (t) => {
    const { ask } = await start(t);
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await ask(path, method);
      assert.deepEqual([answer.status, answer.type], [200, 'application/json']);
      assert.match(answer.body, /^\{"status":"[a-z]+","timestamp":"[^"]+"\}\n$/);
      assert.deepEqual(parseBody(answer.body), { status });
    }
    assert.deepEqual([(await ask(path, 'HEAD')).status, (await ask(path, 'HEAD')).body], [200, '']);
  });
}

test('on loopback, a request for another host is forbidden, and elsewhere it is not', async (t) => {
  const forbidden = await start(t);
  assert.equal(await statusFor(forbidden.server, 'rebound.example'), 403);
  assert.equal(await statusFor(forbidden.server, 'localhost:8081'), 200);
  assert.equal(await statusFor(forbidden.server, '[::1]'), 200);
  const reachable = await start(t, { listen: { host: '0.0.0.0', port: 0 } });
  assert.equal(await statusFor(reachable.server, 'pod.example:8081'), 200);
});

for (const path of ['/', '/healthz', '/health/', '/live/x']) {
  test(`${path} is not found`, async (t) => {
    const { ask } = await start(t);
    assert.deepEqual(await ask(path), {
      status: 404,
      type: 'text/plain; charset=utf-8',
      body: '404 page not found\n',
    });
  });
}

test('/health tells why the connector cannot work, to the caller and to the log', async (t) => {
  const { ask, lines } = await start(t, {
    validate: async () => {
      const cause = new Error('connect ECONNREFUSED');
      throw new ServiceError(Code.Unavailable, 'Percipio does not answer', { reason: 'unreachable', cause });
    },
  });
  const { status, body } = await ask('/health');
  assert.equal(status, 503);
  assert.deepEqual(parseBody(body), {
    status: 'unhealthy',
    details: { error: 'connector validation failed', validation_error: 'Percipio does not answer' },
  });
  assert.deepEqual(
    lines.map(({ msg, error }) => [msg, error]),
    [['the connector is unhealthy', 'Percipio does not answer: connect ECONNREFUSED']],
  );
  assert.equal((await ask('/live')).status, 200);
  assert.equal((await ask('/ready')).status, 200);
});

test('/ready tells why the program takes no work, while it lives', async (t) => {
  let reason: string | undefined = 'the program is stopping';
  const { ask } = await start(t, { findUnreadiness: () => reason });
  const { status, body } = await ask('/ready');
  assert.equal(status, 503);
  assert.deepEqual(parseBody(body), { status: 'not_ready', details: { error: 'the program is stopping' } });
  assert.equal((await ask('/live')).status, 200);
  reason = undefined;
  assert.equal((await ask('/ready')).status, 200);
});

test('/ready tells what more there is to know of the program, whether it takes work or not', async (t) => {
  let reason: string | undefined;
  const describeReadiness = () => ({ last_contact: 'yesterday' });
  const { ask } = await start(t, { findUnreadiness: () => reason, describeReadiness });
  assert.deepEqual(parseBody((await ask('/ready')).body), {
    status: 'ready',
    details: { last_contact: 'yesterday' },
  });
  reason = 'nobody calls';
  assert.deepEqual(parseBody((await ask('/ready')).body), {
    status: 'not_ready',
    details: { error: 'nobody calls', last_contact: 'yesterday' },
  });
});

test('a port that another program has is a failure that says so', async (t) => {
  const { server } = await start(t);
  await assert.rejects(
    startHealthEndpoint({
      listen: server.address,
      logger: pino({ level: 'silent' }),
      validate: async () => {},
      findUnreadiness: () => undefined,
    }),
    /cannot listen on 127\.0\.0\.1:\d+: the port is in use/,
  );
});

test('close ends connections that are open and validations that run', async (t) => {
  const validating = Promise.withResolvers<AbortSignal>();
  const { server, ask } = await start(t, {
    validate: (signal) => {
      validating.resolve(signal);
      return new Promise(() => {});
    },
  });
  const idle = connect(server.address.port, '127.0.0.1');
  await once(idle, 'connect');
  const ended = once(idle, 'close');
  const asked = ask('/health').catch((error: unknown) => error);
  const signal = await validating.promise;
  await server.close();
  assert.equal(signal.aborted, true);
  assert.ok((await asked) instanceof Error);
  await ended;
});

test('a probe is answered beside as many idle connections as there may be', async (t) => {
  const { server, ask, lines } = await start(t);
  const sockets = Array.from({ length: 64 }, () => connect(server.address.port, '127.0.0.1').resume());
  t.after(() => sockets.forEach((socket) => void socket.destroy()));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const closed = Promise.race(sockets.map((socket) => once(socket, 'close')));
  assert.equal((await ask('/live')).status, 200);
  await closed;
  assert.equal(sockets.filter((socket) => socket.destroyed).length, 1);
  assert.deepEqual(
    lines.map(({ msg, server: name, limit, setting }) => ({ msg, name, limit, setting })),
    [{ msg: 'closed a connection without a call for a new one', name: 'health', limit: 64, setting: undefined }],
  );
});
