// A connection to a server, directly or through a proxy: every connection of the SDK to the outside is made here.
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { withTimeLimit } from './abort.ts';
import { ConnectionError, type Stage } from './connection-error.ts';
import { type Endpoint, endpointOf } from './endpoint.ts';
import { isForwarded, type Route } from './route.ts';
import { openTunnel } from './tunnel.ts';

export interface SocketOptions {
  /** How long all of it may take: the proxy, its tunnel, and TLS. */
  readonly timeoutMs: number;
  /**
   * The only protocol that TLS offers (ALPN): a server may prefer HTTP/1.1 to HTTP/2 where it can choose. The socket's
   * `alpnProtocol` says whether the server agreed. Default HTTP/1.1.
   */
  readonly protocol?: 'h2' | 'http/1.1' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Probes of an idle connection begin after this time, as in undici. */
const keepAliveDelayMs = 60_000;

/**
 * Connects to the server of a route, with TLS if its URL says so; or to its proxy, where that forwards requests.
 * @throws ConnectionError; the signal's reason when it aborts.
 */
export async function openSocket(route: Route, options: SocketOptions): Promise<Socket> {
  const { origin, proxy, trust } = route;
  const { timeoutMs, protocol = 'http/1.1', signal } = options;
  const trustFor = (url: URL) => (url.protocol === 'https:' ? trust : undefined);
  const timeoutError = () => new DOMException(`not within ${timeoutMs} ms`, 'TimeoutError');
  let stage: Stage = proxy ? 'proxy' : 'server';
  try {
    return await withTimeLimit({ timeoutMs, signal, timeoutError }, async (limited) => {
      const server = endpointOf(origin);
      let socket: Socket | undefined;
      if (proxy) {
        socket = await dial(endpointOf(proxy.url), trustFor(proxy.url), undefined, 'http/1.1', limited);
        if (isForwarded(route)) return socket;
        stage = 'tunnel';
        socket = await openTunnel(socket, proxy, server, limited);
        stage = 'server';
        if (!trustFor(origin)) return socket;
      }
      return await dial(server, trustFor(origin), socket, protocol, limited);
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ConnectionError(route, stage, cause);
  }
}

/**
 * @param trust - Speaks TLS.
 * @param tunnel - Carries it.
 */
async function dial(
  { host, port }: Endpoint,
  trust: SecureContext | undefined,
  tunnel: Socket | undefined,
  protocol: string,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = trust
    ? connectTls({
        ...(tunnel ? { socket: tunnel } : { port }),
        host,
        // Addresses are not sent by SNI.
        ...(!isIP(host) && { servername: host }),
        secureContext: trust,
        minVersion: 'TLSv1.2',
        ALPNProtocols: [protocol],
      })
    : connectTcp({ host, port });
  try {
    await once(socket, trust ? 'secureConnect' : 'connect', { signal });
    return socket.setNoDelay(true).setKeepAlive(true, keepAliveDelayMs);
  } catch (error) {
    socket.destroy();
    tunnel?.destroy();
    throw error;
  }
}
