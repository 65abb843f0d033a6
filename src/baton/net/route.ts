// The way to a server: directly, or through the proxy that the environment names.
import type { SecureContext } from 'node:tls';
import type { Environment } from './environment.ts';
import { chooseProxy, type ProxyServer } from './proxy.ts';
import { createTrust } from './trust.ts';

export interface Route {
  /** Scheme, host and port of the server. */
  readonly origin: URL;
  readonly proxy: ProxyServer | undefined;
  /** Where something on the way speaks TLS. */
  readonly trust: SecureContext | undefined;
}

/**
 * Finds the way to a server, once for all connections to it.
 * @param url - Of the server: `https:` or `http:`.
 * @param certificateVariables - Variables that name files of further certificate authorities.
 * @throws UnusableVariableError when a variable for proxies or certificates cannot be used.
 */
export function findRoute(url: URL, env: Environment, certificateVariables?: readonly string[]): Route {
  const proxy = chooseProxy(url, env);
  const encrypts = url.protocol === 'https:' || proxy?.url.protocol === 'https:';
  return { origin: new URL(url.origin), proxy, trust: encrypts ? createTrust(env, certificateVariables) : undefined };
}

/** Whether requests go to the proxy, which sends them on: as in Go, HTTP requests through an HTTP proxy. */
export function isForwarded({ origin, proxy }: Route): boolean {
  return origin.protocol === 'http:' && proxy?.kind === 'http';
}
