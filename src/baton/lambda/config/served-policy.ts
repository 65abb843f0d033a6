// What ConductorOne lets a hosted connector reach: a policy that comes with its config.
import { EgressMode, type ServedPolicyEnvelope } from '#gen/c1/connectorapi/baton/v1/servedpolicy_pb.js';
import { noHosts } from '../../net/allowed-hosts.ts';

/** The hosts that a connector may reach. */
export interface EgressPolicy {
  /** Whether other hosts are out of reach. Otherwise they are only reported. */
  readonly isEnforced: boolean;
  readonly httpsOnly: boolean;
  /** In lower case, without a final dot. */
  readonly hosts: ReadonlySet<string>;
  /** Why nothing may be reached, if the policy cannot be used. */
  readonly fault?: string;
}

/** Versions of the format that this program knows. */
const envelopeVersion = 1;
const egressVersion = 1;

/**
 * Reads a policy (egressPolicyFromResponse in pkg/cli of baton-sdk v0.25.0). One that cannot be used denies everything.
 * @param configVersion - Of the config that it came with.
 * @returns undefined without a policy.
 */
export function readEgressPolicy(
  envelope: ServedPolicyEnvelope | undefined,
  configVersion: string | undefined,
): EgressPolicy | undefined {
  if (!envelope) return undefined;
  const { egress } = envelope;
  if (envelope.envelopeVersion !== envelopeVersion) return denyAll('its version is unknown');
  if (envelope.configVersion === '' || envelope.configVersion !== configVersion) {
    return denyAll('it belongs to another config');
  }
  if (egress?.schemaVersion !== egressVersion) return denyAll('it has no egress rules of a known version');
  const isEnforced = egress.mode === EgressMode.ENFORCE;
  const hosts = egress.allowedHosts.map((host) => host.toLowerCase().replace(/\.$/, ''));
  const usable = hosts.filter(isHostName);
  if (isEnforced && usable.length < hosts.length) return denyAll('one of its hosts is not a host name');
  return { isEnforced, httpsOnly: egress.httpsOnly, hosts: new Set(usable) };
}

/** The hosts as the variable for connectors wants them, if the policy is enforced. */
export function listAllowedHosts({ isEnforced, httpsOnly, hosts }: EgressPolicy): string | undefined {
  if (!isEnforced) return undefined;
  const entries = Array.from(hosts, (host) => (httpsOnly ? `https://${host}` : host));
  return entries.join() || noHosts;
}

function denyAll(fault: string): EgressPolicy {
  return { isEnforced: true, httpsOnly: true, hosts: new Set(), fault };
}

/** No wildcard, port, path or address. */
function isHostName(host: string): boolean {
  return /^(?!\d+(?:\.\d+){3}$)[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(host);
}
