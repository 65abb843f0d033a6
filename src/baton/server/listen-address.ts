// Where a server listens: `host:port` as people write it.
import { BlockList, isIP, isIPv6 } from 'node:net';

export interface ListenAddress {
  /** An IP address or a host name, without brackets. */
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** The last label has a letter: what ends in a number is an IPv4 address, or a wrong one. */
const hostName = /^([a-z0-9-]+\.)*[a-z0-9-]*[a-z][a-z0-9-]*$/i;

/**
 * Reads `127.0.0.1:50051`, `localhost:0` or `[::1]:50051`.
 * @throws Error that says what is wrong with `text`, and how it is written right.
 */
export function parseListenAddress(text: string): ListenAddress {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(colon, 0));
  const port = text.slice(colon + 1);
  if (colon === -1) {
    throw refusal(text, isPort(text) ? 'the host is missing' : 'the port is missing');
  }
  if (isIPv6(text) || (isIPv6(host) && !text.startsWith('['))) {
    throw refusal(text, 'an IPv6 address needs brackets, as in [::1]:50051');
  }
  if (!isPort(port)) {
    throw refusal(text, `the port ${JSON.stringify(port)} is not a number from 0 to 65535`);
  }
  if (host.startsWith('[')) {
    const address = host.slice(1, -1);
    if (!host.endsWith(']') || !isIPv6(address)) {
      throw refusal(text, `${JSON.stringify(host)} is not an IPv6 address in brackets`);
    }
    return { host: address, port: Number(port) };
  }
  if (host === '') {
    throw refusal(text, 'the host is missing');
  }
  if (isIP(host) === 0 && !hostName.test(host)) {
    throw refusal(text, `${JSON.stringify(host)} is neither an IP address nor a host name`);
  }
  return { host, port: Number(port) };
}

/** Writes what {@link parseListenAddress} reads. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach the address. Of host names, `localhost` alone is known to be so (RFC 6761). */
export function isLoopback({ host }: ListenAddress): boolean {
  const family = isIP(host);
  return family === 0 ? host.toLowerCase() === 'localhost' : loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65535;
}

function refusal(text: string, what: string): Error {
  return new Error(
    `${JSON.stringify(text)} is not an address to listen at: ${what} (expected host:port, such as 127.0.0.1:50051)`,
  );
}
