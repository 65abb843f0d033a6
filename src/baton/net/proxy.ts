// Which proxy leads to a URL, by the variables and rules of Go (net/http.ProxyFromEnvironment of Go 1.26).

import { endpointOf } from './endpoint.ts';
import { type Environment, UnusableVariableError } from './environment.ts';
import { isLoopback } from './is-loopback.ts';
import { isExcepted } from './no-proxy.ts';

export interface ProxyServer {
  /** `http://proxy.example.com:3128`. */
  readonly url: URL;
  /** The URL without user name and password, and the variable that names it: what errors say. */
  readonly shown: string;
  readonly kind: 'http' | 'socks5';
  readonly userName: string;
  readonly password: string;
}

const schemes: Readonly<Record<string, ProxyServer['kind']>> = {
  'http:': 'http',
  'https:': 'http',
  // The proxy looks host names up with each of these, as in Go.
  'socks5:': 'socks5',
  'socks5h:': 'socks5',
  'socks:': 'socks5',
};

/**
 * The proxy for requests to a URL: that of `HTTPS_PROXY` for https, that of `HTTP_PROXY` for http. A variable in upper
 * case wins over its lower-case twin, unless it is empty. This machine is never reached through a proxy, nor is a host
 * that `NO_PROXY` names (no-proxy.ts).
 * @param url - Its scheme, host and port count.
 * @returns Nothing where there is none.
 * @throws UnusableVariableError `invalid_proxy` when the variable is needed and does not hold the URL of a proxy.
 */
export function chooseProxy(url: URL, env: Environment): ProxyServer | undefined {
  const found = readVariable(env, url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (!found) return undefined;
  const { host, port } = endpointOf(url);
  const exceptions = readVariable(env, 'NO_PROXY')?.value ?? '';
  return isLoopback(host) || isExcepted(exceptions, host, port) ? undefined : parseProxy(found.name, found.value);
}

function readVariable(env: Environment, upperCase: string): { name: string; value: string } | undefined {
  for (const name of [upperCase, upperCase.toLowerCase()]) {
    const value = env[name]?.trim();
    if (value) return { name, value };
  }
  return undefined;
}

/** Never quotes a value that cannot be used: it may hold a password. */
function parseProxy(variable: string, value: string): ProxyServer {
  const unusable = (fault: string) => new UnusableVariableError('invalid_proxy', `${variable} ${fault}`);
  if (/^["']|["']$/.test(value)) throw unusable('has quotes around its value; remove them');
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value) ?? [];
  const kind = schemes[`${(scheme ?? 'http').toLowerCase()}:`];
  if (!kind) throw unusable(`has the unsupported scheme ${scheme}; use http, https or socks5`);
  // `proxy:3128` is an HTTP proxy.
  const url = URL.parse(scheme === undefined ? `http://${value}` : value);
  // With a raw / ? or # in a password, a URL ends before its host.
  if (!url || url.hostname === '' || `${url.pathname}${url.search}${url.hash}`.includes('@')) {
    throw unusable(
      'is not a proxy URL such as http://proxy.example.com:3128 or http://user:password@proxy.example.com:3128; percent-encode special characters in the user name and password',
    );
  }
  try {
    const userName = decodeURIComponent(url.username);
    const password = decodeURIComponent(url.password);
    return { url, shown: `${url.protocol}//${url.host} (${variable})`, kind, userName, password };
  } catch {
    throw unusable('contains a % in its user name or password that is not a percent-escape; write it as %25');
  }
}
