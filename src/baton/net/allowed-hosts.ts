// The hosts that a connector may reach, if the environment limits them: a guard against a wrong address or redirect.
import { type Environment, UnusableVariableError } from './environment.ts';
import { findRoute, type Route } from './route.ts';

/**
 * Hosts separated by commas: `api.percipio.com`, or `https://api.percipio.com` for that scheme alone. It does not apply
 * to proxies and ConductorOne.
 */
export const allowedHostsVariable = 'BATON_ALLOWED_HOSTS';

/** A value that allows no host. */
export const noHosts = 'none';

/**
 * Finds the way to a server of the application, as {@link findRoute} does.
 * @throws UnusableVariableError also when the environment limits the hosts, and this is not one of them.
 */
export function findAllowedRoute(url: URL, env: Environment): Route {
  checkHostAllowed(url, env);
  return findRoute(url, env);
}

function checkHostAllowed({ protocol, hostname }: URL, env: Environment): void {
  const text = env[allowedHostsVariable];
  if (!text) return;
  const entries = text.split(',').map((entry) => entry.trim().toLowerCase());
  if (entries.includes(hostname) || entries.includes(`${protocol}//${hostname}`)) return;
  const message = `${allowedHostsVariable} does not allow ${protocol}//${hostname}: add the host, or correct the address`;
  throw new UnusableVariableError('host_not_allowed', message);
}
