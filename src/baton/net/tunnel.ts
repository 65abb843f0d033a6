// Asks a proxy for a connection to a server: by CONNECT, or by SOCKS5.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TunnelRefusal } from './connection-error.ts';
import { type Endpoint, endpointOf, formatEndpoint } from './endpoint.ts';
import type { ProxyServer } from './proxy.ts';

/**
 * @param socket - A connection to the proxy. It is destroyed when this fails.
 * @returns A connection to the server.
 * @throws TunnelRefusal, or what the socket fails with.
 */
export async function openTunnel(
  socket: Socket,
  proxy: ProxyServer,
  server: Endpoint,
  signal: AbortSignal,
): Promise<Socket> {
  try {
    return await (proxy.kind === 'socks5' ? openSocksTunnel : openHttpTunnel)(socket, proxy, server, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function openHttpTunnel(
  socket: Socket,
  proxy: ProxyServer,
  server: Endpoint,
  signal: AbortSignal,
): Promise<Socket> {
  const { request } = await import('node:http');
  const path = formatEndpoint(server);
  const headers = { host: path, ...proxyAuthorization(proxy) };
  const asked = request({ createConnection: () => socket, method: 'CONNECT', path, headers, signal }).end();
  const [{ statusCode = 0 }, tunnel] = (await once(asked, 'connect', { signal })) as [IncomingMessage, Socket];
  if (statusCode !== 200) throw refusalOf(statusCode, proxy);
  return tunnel;
}

/** How to read the status of a proxy that does not do what it was asked for. */
export function refusalOf(status: number, proxy: ProxyServer): TunnelRefusal {
  const advice = status === 407 ? credentialsAdvice(proxy) : 'check which hosts it allows';
  return new TunnelRefusal(`status ${status}; ${advice}`, [429, 502, 503, 504].includes(status));
}

function credentialsAdvice({ url, userName }: ProxyServer): string {
  return userName === ''
    ? `it requires a user name and password: ${url.protocol}//user:password@${url.host}`
    : 'it rejected the user name and password';
}

/** The header for an HTTP proxy, if its URL has a user name or a password. */
export function proxyAuthorization({ userName, password }: ProxyServer): { 'proxy-authorization'?: string } {
  if (userName === '' && password === '') return {};
  return { 'proxy-authorization': `Basic ${Buffer.from(`${userName}:${password}`).toString('base64')}` };
}

/** The proxy looks the host name up, as in Go. */
async function openSocksTunnel(
  socket: Socket,
  proxy: ProxyServer,
  server: Endpoint,
  signal: AbortSignal,
): Promise<Socket> {
  const { SocksClient } = await import('socks');
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const established = await SocksClient.createConnection({
      command: 'connect',
      proxy: { ...endpointOf(proxy.url), type: 5, userId: proxy.userName, password: proxy.password },
      destination: server,
      existing_socket: socket,
    });
    return established.socket;
  } catch (error) {
    signal.throwIfAborted();
    // Without the library's error, which holds the password.
    const { message } = error as Error;
    if (message === 'Socket closed') throw new Error(message);
    const wantsCredentials = /authentication/i.test(message);
    throw new TunnelRefusal(
      wantsCredentials ? `"${message}"; ${credentialsAdvice(proxy)}` : `"${message}"`,
      !wantsCredentials,
    );
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
