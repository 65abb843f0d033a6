// Where ConductorOne is, and the way there.
import { Code, ServiceError } from '../../author/service-error.ts';
import { type Environment, UnusableVariableError } from '../../net/environment.ts';
import { findRoute, type Route } from '../../net/route.ts';
import type { ClientId } from '../credentials/client-id.ts';

/**
 * The way to the host of the client id, or to the one that `BATON_C1_API_HOST` names (`host` or `host:port`): the token
 * endpoint and BatonService are both there.
 * @throws ServiceError INVALID_ARGUMENT when that variable holds no host or a variable for proxies no proxy,
 * FAILED_PRECONDITION when a file of certificate authorities cannot be used.
 */
export function findApiRoute(clientId: ClientId, env: Environment): Route {
  const text = env.BATON_C1_API_HOST?.trim() || clientId.host;
  const url = URL.parse(`https://${text}`);
  if (url?.pathname !== '/' || url.search !== '' || url.username !== '') {
    const message = 'BATON_C1_API_HOST must be a host, such as acme.conductor.one or localhost:8443';
    throw new ServiceError(Code.InvalidArgument, message, { reason: 'invalid_api_host' });
  }
  try {
    return findRoute(url, env);
  } catch (cause) {
    if (!(cause instanceof UnusableVariableError)) throw cause;
    const { reason, message } = cause;
    const code = reason === 'invalid_proxy' ? Code.InvalidArgument : Code.FailedPrecondition;
    throw new ServiceError(code, message, { reason, cause });
  }
}
