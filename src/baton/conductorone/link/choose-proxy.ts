// Which proxy leads to a host, by the variables that Go programs read.
import { BlockList, isIP } from 'node:net';
import { Code, ServiceError } from '../../author/service-error.ts';

/** Where to connect. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * The proxy of `HTTPS_PROXY` (or `https_proxy`), unless `NO_PROXY` excepts the host. As in Go, this machine is never
 * reached through a proxy (golang.org/x/net/http/httpproxy).
 * @throws ServiceError INVALID_ARGUMENT for a variable that holds no URL of an HTTP proxy; it may hold a password, and
 * is not quoted.
 */
export function chooseProxy({ host, port }: Endpoint, env: NodeJS.ProcessEnv): URL | undefined {
  const value = (env.HTTPS_PROXY || env.https_proxy || '').trim();
  if (value === '' || isLoopback(host) || isExcepted(host, port, env.NO_PROXY || env.no_proxy || '')) {
    return undefined;
  }
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ServiceError(
      Code.InvalidArgument,
      'HTTPS_PROXY is not the URL of a proxy, such as http://proxy.example.com:3128',
      { reason: 'invalid_proxy' },
    );
  }
  return url;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function isExcepted(host: string, port: number, list: string): boolean {
  const rules = list
    .split(',')
    .map((rule) => rule.trim().toLowerCase())
    .filter((rule) => rule !== '');
  return rules.some((rule) => matches(rule, host.toLowerCase(), port));
}

function matches(rule: string, host: string, port: number): boolean {
  if (rule === '*') return true;
  if (rule.includes('/')) return isInNetwork(rule, host);
  const [, name = rule, rulePort] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(isIP(rule) ? '' : rule) ?? [];
  if (rulePort !== undefined && Number(rulePort) !== port) return false;
  // `example.com` excepts itself and what is below it, `.example.com` and `*.example.com` only what is below it.
  const suffix = name.startsWith('*.') ? name.slice(1) : name;
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function isInNetwork(rule: string, host: string): boolean {
  const [address = '', bits = ''] = rule.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (!isIP(address) || !isIP(host) || isIP(host) !== isIP(address)) return false;
  try {
    const network = new BlockList();
    network.addSubnet(address, Number(bits), family);
    return network.check(host, family);
  } catch {
    // No network, and so an exception for nobody.
    return false;
  }
}
