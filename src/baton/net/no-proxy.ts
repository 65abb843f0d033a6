// NO_PROXY: which hosts are reached without a proxy, by the rules of Go (net/http of Go 1.26).
import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/**
 * Whether a list of exceptions names a host. Entries are separated by commas:
 * - `*` alone: every host.
 * - `10.0.0.0/8`, `fd00::/8`: every IP address of a network.
 * - `10.1.2.3`, `fd00::1`: one IP address.
 * - `example.com`: this host and all below it; `.example.com` and `*.example.com`: only those below it.
 * - Hosts and addresses may have a port, `example.com:8443` or `[fd00::1]:8443`: only that port.
 *
 * As in Go, any other entry excepts nothing.
 * @param host - In lower case and ASCII, as URL has it, without brackets.
 */
export function isExcepted(list: string, host: string, port: number): boolean {
  const entries = list.split(',').map((entry) => entry.trim().toLowerCase());
  return entries.some((entry) => entry === '*' || matches(entry, host, port));
}

function matches(entry: string, host: string, port: number): boolean {
  const slash = entry.indexOf('/');
  if (slash >= 0) return isInNetwork(host, entry.slice(0, slash), entry.slice(slash + 1));
  const { name, entryPort } = splitPort(entry);
  if (name === '' || (entryPort !== '' && entryPort !== String(port))) return false;
  if (isIP(name)) return isIP(host) !== 0 && isSameAddress(host, name);
  if (isIP(host)) return false;
  const domain = name.replace(/^\*?\./, '');
  const suffix = `.${toAscii(domain)}`;
  return host.endsWith(suffix) || (domain === name && host === suffix.slice(1));
}

/** As hosts of URLs are written. ASCII stays as it is, since `10.1` would become an address. */
function toAscii(domain: string): string {
  return /^[\x20-\x7e]*$/.test(domain) ? domain : domainToASCII(domain) || domain;
}

/** `host:port` or `[address]:port`; anything else is a name alone. */
function splitPort(entry: string): { name: string; entryPort: string } {
  const [, name, entryPort] = /^(\[[^[\]]*\]|[^:[\]]*):([^:]*)$/.exec(entry) ?? [];
  return name === undefined || entryPort === undefined
    ? { name: entry, entryPort: '' }
    : { name: name.replace(/^\[(.*)\]$/, '$1'), entryPort };
}

function isSameAddress(a: string, b: string): boolean {
  const list = new BlockList();
  list.addAddress(b, familyOf(b));
  return list.check(a, familyOf(a));
}

function isInNetwork(host: string, network: string, bits: string): boolean {
  const bitsMax = isIP(network) === 6 ? 128 : 32;
  // An IPv4 address may be written as one of IPv6, but is in no IPv6 network.
  if (!isIP(network) || isIP(host) < isIP(network) || !/^\d{1,3}$/.test(bits) || Number(bits) > bitsMax) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), familyOf(network));
  return list.check(host, familyOf(host));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
