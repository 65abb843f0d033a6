// Every way out of a program obeys the same variables: each case is tried with all clients that leave this machine.
import assert from 'node:assert/strict';
import dns, { type LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import pino from 'pino';
import { parseClientId } from '../../src/baton/conductorone/credentials/client-id.ts';
import { requestToken } from '../../src/baton/conductorone/credentials/token-endpoint.ts';
import { TokenProvider } from '../../src/baton/conductorone/credentials/token-provider.ts';
import { findApiRoute } from '../../src/baton/conductorone/link/api-route.ts';
import { createBatonClient } from '../../src/baton/conductorone/link/baton-client.ts';
import { Http2Connection } from '../../src/baton/conductorone/link/http2-connection.ts';
import { createHttpSender } from '../../src/baton/net/http-sender.ts';
import { createPercipioClient } from '../../src/percipio/api/percipio-client.ts';
import { fillIn, proxyCases } from '../baton/net/proxy-cases.ts';

const { signal } = new AbortController();
type Environment = Readonly<Record<string, string>>;

/** Listens, and hangs up on everybody: who connects here is all that counts. */
class Counter {
  readonly #server = createServer((socket: Socket) => {
    this.connections++;
    socket.on('error', () => {}).destroy();
  });
  connections = 0;

  async start(): Promise<void> {
    this.#server.listen(0);
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get hasIpv6(): boolean {
    return (this.#server.address() as AddressInfo).family === 'IPv6';
  }

  stop(): void {
    this.#server.close();
  }
}

/** A client of ConductorOne at a host, whose token is not asked for. */
function connectToApi(host: string, env: Environment) {
  const route = findApiRoute(parseClientId('n@c1.test/x'), { ...env, BATON_C1_API_HOST: host });
  const connection = new Http2Connection({
    route,
    connectTimeoutMs: 10_000,
    pingIntervalMs: 30_000,
    pingTimeoutMs: 10_000,
  });
  const tokens = new TokenProvider({
    request: async () => ({ authorization: 'Bearer t', lifetimeMs: 3_600_000 }),
    logger: pino({ level: 'silent' }),
    retryDelayMs: 1,
    timeoutMs: 10_000,
    signal,
  });
  return createBatonClient({
    connection,
    tokens,
    hostId: 'h',
    userAgent: 'test',
    callTimeoutMs: 10_000,
    onContact: () => {},
  });
}

/** One request to a host, by each client. They fail, since nobody answers. */
const clients: Readonly<Record<string, (host: string, env: Environment) => Promise<unknown>>> = {
  'a call of ConductorOne': (host, env) => connectToApi(host, env).getTask(signal),
  'an upload to ConductorOne': (host, env) => connectToApi(host, env).uploadAsset((async function* () {})(), signal),
  'the token endpoint of ConductorOne': async (host, env) => {
    const route = findApiRoute(parseClientId('n@c1.test/x'), { ...env, BATON_C1_API_HOST: host });
    const sender = createHttpSender(route, { connectionsMax: 1, connectTimeoutMs: 10_000 });
    const { origin } = route.origin;
    return requestToken({
      ...{ sender, origin, clientId: 'n', assertion: 'a' },
      userAgent: 'test',
      signal,
      settingNames: '',
    });
  },
  Percipio: async (host, env) => {
    const client = createPercipioClient({
      baseUrl: `https://${host}`,
      organizationId: 'o',
      token: 't',
      userAgent: 'test',
      env,
      retry: { attemptsMax: 1 },
    });
    return client.users.list({ max: 1, offset: 0 }, signal);
  },
};

const server = new Counter();
const proxy = new Counter();
const { lookup } = dns;

/** The line `127.0.0.1 *.test` of a hosts file. */
function lookUpTest(name: string, options: unknown, done: (...found: unknown[]) => void): void {
  if (!name.endsWith('.test')) {
    Reflect.apply(lookup, dns, [name, options, done]);
    return;
  }
  const found: LookupAddress = { address: '127.0.0.1', family: 4 };
  const wantsAll = typeof options === 'object' && options !== null && 'all' in options && options.all === true;
  process.nextTick(() => (wantsAll ? done(null, [found]) : done(null, found.address, found.family)));
}

describe('every way out obeys the variables for proxies', () => {
  before(async () => {
    await Promise.all([server.start(), proxy.start()]);
    Object.assign(dns, { lookup: lookUpTest });
  });
  after(() => {
    Object.assign(dns, { lookup });
    server.stop();
    proxy.stop();
  });

  for (const each of proxyCases) {
    for (const [name, request] of Object.entries(clients)) {
      it(`${name}: ${JSON.stringify(each.env)}: ${each.way} to ${each.host}`, async (t) => {
        if (each.host === '[::1]' && !server.hasIpv6) return t.skip('this machine has no IPv6');
        const before = { server: server.connections, proxy: proxy.connections };
        const env = fillIn(each, `127.0.0.1:${proxy.port}`, server.port);
        await assert.rejects(request(`${each.host}:${server.port}`, env), (error: Error) => {
          assert.doesNotMatch(error.message, /p@ss|p%40ss/);
          return true;
        });
        const seen = { server: server.connections - before.server, proxy: proxy.connections - before.proxy };
        assert.deepEqual(seen, each.way === 'proxy' ? { server: 0, proxy: 1 } : { server: 1, proxy: 0 });
      });
    }
  }
});
