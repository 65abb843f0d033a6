// A real HTTP server on a free port of loopback, and a client for it, for the tests of the client.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { PercipioClientOptions } from '../../../src/percipio/api/client-options.ts';
import { createPercipioClient, type PercipioClient } from '../../../src/percipio/api/percipio-client.ts';

/** Looks like a JWT, as a real one does. */
export const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJzeW50aGV0aWMifQ.c2lnbmF0dXJlLW9mLW5vdGhpbmc';

export const organizationId = '3f5c6a1e-0000-4000-8000-000000000001';

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** All requests, in the order in which they came. */
  readonly requests: readonly IncomingMessage[];
  readonly sockets: readonly Socket[];
}

/** Answers the how-manieth request, from 0. */
export type Answerer = (request: IncomingMessage, response: ServerResponse, index: number) => void;

/** Starts a server, which is stopped when the test ends. */
export async function startServer(t: TestContext, answer: Answerer): Promise<RunningServer> {
  return await runServer(t, createServer(), answer, 'http');
}

/** A server of empty lists, which are a few milliseconds late, so that requests are open at the same time. */
export async function startCountingServer(t: TestContext): Promise<RunningServer & { mostAtOnce(): number }> {
  let open = 0;
  let most = 0;
  const server = await startServer(t, (_request, response) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      sendJson(response, []);
    }, 5);
  });
  return { ...server, mostAtOnce: () => most };
}

/** Makes `server` listen and answer, and stops it when the test ends. */
export async function runServer(
  t: TestContext,
  server: Server,
  answer: Answerer,
  scheme: 'http' | 'https',
): Promise<RunningServer> {
  const requests: IncomingMessage[] = [];
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    requests.push(request);
    answer(request, response, requests.length - 1);
  });
  const port = await listen(t, server);
  t.after(() => server.closeAllConnections());
  return { url: `${scheme}://127.0.0.1:${port}`, port, requests, sockets };
}

/** Makes a server of any kind listen on a free port, and stops it when the test ends. */
export async function listen(t: TestContext, server: import('node:net').Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A client that retries after milliseconds, looks at no real environment, and is closed when the test ends. */
export function createTestClient(
  t: TestContext,
  baseUrl: string,
  options: Partial<PercipioClientOptions> = {},
): PercipioClient {
  const client = createPercipioClient({
    baseUrl,
    organizationId,
    token,
    userAgent: 'baton-percipio/0.0.0-test',
    requestTimeoutMs: 10_000,
    env: {},
    // Proxies of the tests stand in front of hosts that do not exist.
    allowsPlainHttp: true,
    ...options,
    retry: { attemptsMax: 4, delayMinMs: 1, delayMaxMs: 2, ...options.retry },
  });
  t.after(() => client.close());
  return client;
}

/** A signal that nobody raises. */
export const never = new AbortController().signal;

export function sendJson(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
