// A TLS connection to ConductorOne: directly, or through an HTTP proxy.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import { Code, ServiceError } from '../../author/service-error.ts';
import { chooseProxy, type Endpoint } from './choose-proxy.ts';

export interface TlsSocketOptions {
  readonly endpoint: Endpoint;
  readonly trust: SecureContext;
  readonly env: NodeJS.ProcessEnv;
  /** Protocols to offer, best first: `h2`, `http/1.1`. */
  readonly protocols: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Connects, and finds out that the host is the one that it was asked for.
 * @throws ServiceError UNAVAILABLE when there is no way to the host, or its certificate is not trusted.
 */
export async function openTlsSocket(options: TlsSocketOptions): Promise<TLSSocket> {
  const { endpoint, env, signal } = options;
  const proxy = chooseProxy(endpoint, env);
  try {
    const tunnel = proxy && (await openTunnel(proxy, options));
    return await shakeHands(tunnel, options);
  } catch (cause) {
    signal.throwIfAborted();
    const way = proxy ? ` through the proxy ${proxy.host}` : '';
    const message = `cannot reach ${endpoint.host}:${endpoint.port}${way}: ${(cause as Error).message}${hint(cause)}`;
    throw new ServiceError(Code.Unavailable, message, { reason: 'no_connection', cause });
  }
}

async function shakeHands(tunnel: Socket | undefined, options: TlsSocketOptions): Promise<TLSSocket> {
  const { endpoint, trust, protocols, signal } = options;
  const { host, port } = endpoint;
  const socket = connect({
    ...(tunnel ? { socket: tunnel } : { host, port }),
    // A name for the certificate; addresses are not sent by SNI.
    ...(!isIP(host) && { servername: host }),
    host,
    secureContext: trust,
    ALPNProtocols: [...protocols],
    minVersion: 'TLSv1.2',
  });
  try {
    await once(socket, 'secureConnect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    tunnel?.destroy();
    throw error;
  }
}

/** Asks the proxy for a connection to the host. */
async function openTunnel(proxy: URL, { endpoint, trust, signal }: TlsSocketOptions): Promise<Socket> {
  const target = `${isIP(endpoint.host) === 6 ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;
  const asked = (proxy.protocol === 'https:' ? requestOverTls : request)({
    host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...authorization(proxy) },
    agent: false,
    signal,
    ...(proxy.protocol === 'https:' && { secureContext: trust }),
  }).end();
  const [answer, socket] = (await once(asked, 'connect', { signal })) as [IncomingMessage, Socket];
  if (answer.statusCode !== 200) {
    socket.destroy();
    throw new Error(`it answers ${answer.statusCode} ${answer.statusMessage ?? ''}`.trimEnd());
  }
  return socket;
}

function authorization({ username, password }: URL): { 'proxy-authorization'?: string } {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function hint(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return untrusted.has(code) ? '; SSL_CERT_FILE may name a PEM file of certificate authorities to trust' : '';
}
