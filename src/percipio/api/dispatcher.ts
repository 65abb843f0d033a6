// Connections: kept open and bounded in number, through a proxy where the environment says so.
import type { Dispatcher } from 'undici';
import { createTrust } from './certificates.ts';
import type { CompleteOptions, Environment } from './client-options.ts';

/**
 * How long to wait for a connection. Less than the time of a request, so that a host that does not answer is told
 * apart from a slow answer.
 */
const connectTimeoutMaxMs = 10_000;

/** Kept below the 60 s after which common load balancers close idle connections; their own hint wins. */
const keepAliveTimeoutMs = 10_000;

/** Connections for reports beside those for all else. A sync reads one report, an event feed another one. */
const reportConnections = 4;

/** What sends requests, over connections that it opens and keeps. */
export interface RequestSender {
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  /** Ends all connections, and the requests that are under way. */
  destroy(): Promise<void>;
}

/**
 * Makes what sends requests to `baseUrl`. undici is loaded with the first of them: its hundred modules would be the
 * largest part of a start, and a program that serves answers its first calls without it.
 * @throws Error when a proxy URL or a certificate file of the environment cannot be used.
 */
export function createDispatcher(
  options: Pick<CompleteOptions, 'baseUrl' | 'env' | 'maxConcurrentRequests' | 'requestTimeoutMs'>,
): RequestSender {
  const proxy = chooseProxy(options.baseUrl, options.env);
  const encrypts = options.baseUrl.protocol === 'https:' || proxy.startsWith('https:');
  const secureContext = encrypts ? createTrust(options.env) : undefined;
  const tls = secureContext === undefined ? {} : { secureContext };
  const connectTimeout = Math.min(connectTimeoutMaxMs, options.requestTimeoutMs);
  let loaded: Promise<Dispatcher> | undefined;
  let isDestroyed = false;
  const load = async () => {
    const { EnvHttpProxyAgent, Pool } = await import('undici');
    const agent = new EnvHttpProxyAgent({
      // There is one URL, and so one proxy. An empty string keeps undici from looking into process.env.
      httpsProxy: proxy,
      httpProxy: proxy,
      noProxy: readVariable(options.env, 'no_proxy'),
      connectTimeout,
      keepAliveTimeout: keepAliveTimeoutMs,
      connect: { ...tls, timeout: connectTimeout },
      requestTls: { ...tls, timeout: connectTimeout },
      proxyTls: { ...tls, timeout: connectTimeout },
      // HTTP/1.1: one connection a request, so that a cancelled one ends its connection and a report has one to itself.
      // Here and not above, since the proxy agent keeps what is above from plain requests through a proxy.
      factory: (origin: string | URL, poolOptions: object) =>
        new Pool(origin, {
          ...poolOptions,
          connections: options.maxConcurrentRequests + reportConnections,
          allowH2: false,
        }),
    });
    // It refuses the request then.
    if (isDestroyed) await agent.destroy();
    return agent;
  };
  return {
    request: async (request) => {
      loaded ??= load();
      return await (await loaded).request(request);
    },
    destroy: async () => {
      isDestroyed = true;
      await (await loaded)?.destroy();
    },
  };
}

/** The proxy for requests to `url`, `NO_PROXY` aside; empty for none. */
function chooseProxy(url: URL, env: Environment): string {
  const variable = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const value = readVariable(env, variable).trim();
  if (value === '') return '';
  // curl and Go take `proxy:3128` for an http proxy.
  const proxy = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  if (proxy === null || !/^(https?|socks5?):$/.test(proxy.protocol)) {
    // Not quoted: it may hold a password.
    throw new Error(`${variable.toUpperCase()} is not the URL of a proxy, such as http://proxy.example.com:3128`);
  }
  return proxy.href;
}

function readVariable(env: Environment, name: string): string {
  return env[name] ?? env[name.toUpperCase()] ?? '';
}
