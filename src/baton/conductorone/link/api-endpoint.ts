// Where ConductorOne is.
import { Code, ServiceError } from '../../author/service-error.ts';
import type { ClientId } from '../credentials/client-id.ts';
import type { Endpoint } from './choose-proxy.ts';

const httpsPort = 443;

/**
 * The host of the client id, or the one that `BATON_C1_API_HOST` names (`host` or `host:port`): token endpoint and
 * BatonService are both there.
 * @throws ServiceError INVALID_ARGUMENT when the variable holds no host.
 */
export function findApiEndpoint(clientId: ClientId, env: NodeJS.ProcessEnv): Endpoint {
  const text = env.BATON_C1_API_HOST || clientId.host;
  const url = URL.parse(`https://${text}`);
  if (url?.pathname !== '/' || url.search !== '' || url.username !== '') {
    const message = 'BATON_C1_API_HOST is no host, such as acme.conductor.one or localhost:8443';
    throw new ServiceError(Code.InvalidArgument, message, { reason: 'invalid_api_host' });
  }
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port) || httpsPort };
}

/** The endpoint as URLs write it, without the port that HTTPS has anyway. */
export function formatAuthority({ host, port }: Endpoint): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === httpsPort ? name : `${name}:${port}`;
}
