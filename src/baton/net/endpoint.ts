// Where to connect to.
import { isIP } from 'node:net';

export interface Endpoint {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

const defaultPorts: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80 };
/** Of SOCKS. */
const socksPort = 1080;

/** The host and port of a URL. */
export function endpointOf(url: URL): Endpoint {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(url.port) || (defaultPorts[url.protocol] ?? socksPort) };
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
