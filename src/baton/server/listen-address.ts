// The address that a server listens on, as `host:port` or `unix:path`.
import { isIPv4, isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { isLoopback } from '../net/is-loopback.ts';

export interface TcpAddress {
  /** An IP address or a host name, without brackets. */
  readonly host: string;
  /** 0 lets the operating system choose. */
  readonly port: number;
}

export interface UnixAddress {
  /** The path of a Unix socket. */
  readonly path: string;
}

export type ListenAddress = TcpAddress | UnixAddress;

/** As in gRPC, also with two slashes before an absolute path. */
const unixScheme = /^unix:(?:\/\/(?=\/))?/;

/** The last label has a letter: anything that ends in a number is an IPv4 address, or a malformed one. */
const hostName = /^(?:[a-z0-9-]+\.)*[0-9-]*[a-z][a-z0-9-]*$/i;

/**
 * Parses `127.0.0.1:50051`, `localhost:0`, `[::1]:50051`, `unix:baton.sock` or `unix:///run/baton.sock`.
 * @param folder - The folder that relative paths start from. Default: the working directory.
 * @throws Error that says what is wrong, with an example.
 */
export function parseListenAddress(text: string, folder = process.cwd()): ListenAddress {
  const fault = checkListenAddress(text);
  if (fault !== undefined) {
    throw new Error(`the address ${JSON.stringify(text)} ${fault}`);
  }
  if (unixScheme.test(text)) {
    return { path: resolve(folder, text.replace(unixScheme, '')) };
  }
  const { host, port } = split(text);
  return { host: host.startsWith('[') ? host.slice(1, -1) : host, port: Number(port) };
}

/** Why {@link parseListenAddress} rejects a text, as a clause: `must have a port, as in 127.0.0.1:50051`. */
export function checkListenAddress(text: string): string | undefined {
  if (unixScheme.test(text)) {
    if (process.platform === 'win32') return 'must be host:port: Node has no Unix sockets on Windows';
    const path = text.replace(unixScheme, '');
    return path === '' || path.endsWith('/') ? 'must have the path of a socket, as in unix:baton.sock' : undefined;
  }
  const { host, port } = split(text);
  if (isIPv6(text) || isIPv6(host)) {
    return 'must have brackets around an IPv6 address, as in [::1]:50051';
  }
  if (!text.includes(':')) {
    return isPort(text) ? 'must have a host, as in 127.0.0.1:50051' : 'must have a port, as in 127.0.0.1:50051';
  }
  if (!isPort(port)) {
    return 'must end with a port from 0 to 65535, as in 127.0.0.1:50051';
  }
  if (host === '') {
    return 'must have a host, as in 127.0.0.1:50051';
  }
  if (
    host.startsWith('[') ? !isIPv6(host.slice(1, -1)) || !host.endsWith(']') : !isIPv4(host) && !hostName.test(host)
  ) {
    return 'must begin with an IP address or a host name, as in 127.0.0.1:50051 or [::1]:50051';
  }
  return undefined;
}

/** Whether only this machine can reach an address. */
export function isLocalAddress(address: ListenAddress): boolean {
  return 'path' in address || isLoopback(address.host);
}

/** The inverse of {@link parseListenAddress}. */
export function formatListenAddress(address: ListenAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  const { host, port } = address;
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

function split(text: string): { host: string; port: string } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, Math.max(colon, 0)), port: text.slice(colon + 1) };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}
