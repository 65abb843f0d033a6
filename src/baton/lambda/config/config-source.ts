// Fetches the config of a hosted connector from ConductorOne.
import type { KeyObject } from 'node:crypto';
import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { ConnectError, createClient } from '@connectrpc/connect';
import type { createGrpcTransport } from '@connectrpc/connect-node';
import { ConnectorConfigService } from '#gen/c1/connectorapi/baton/v1/config_pb.js';
import { ServiceError } from '../../author/service-error.ts';
import { decryptConfig } from './read-config.ts';
import { type EgressPolicy, readEgressPolicy } from './served-policy.ts';

export interface HostedConfig {
  /** What ConductorOne calls this version of the config. */
  readonly version: string;
  /** By the name of the setting. It holds secrets. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly egress: EgressPolicy | undefined;
}

export interface ConfigSource {
  /**
   * @param version - The version that a caller named; empty at the start of the process.
   * @throws ServiceError
   */
  fetch(version: string, signal: AbortSignal): Promise<HostedConfig>;
}

const timeoutMs = 30_000;

/** @param key - The DPoP key of this process, for which configs are encrypted. */
export function createConfigSource(transport: ReturnType<typeof createGrpcTransport>, key: KeyObject): ConfigSource {
  const client = createClient(ConnectorConfigService, transport);
  return {
    fetch: async (requestedVersion, signal) => {
      const response = await client.getConnectorConfig({ requestedVersion }, { signal, timeoutMs }).catch((cause) => {
        signal.throwIfAborted();
        const { code, rawMessage } = ConnectError.from(cause);
        throw new ServiceError(code, `cannot fetch the config from ConductorOne: ${rawMessage}`, {
          reason: 'no_hosted_config',
          cause,
        });
      });
      const { configVersion, lastUpdated } = response;
      return {
        version: configVersion || requestedVersion || (lastUpdated ? nameAfter(lastUpdated) : ''),
        values: await decryptConfig(response.config, key),
        egress: readEgressPolicy(response.servedPolicyEnvelope, configVersion),
      };
    },
  };
}

/** The time as the Go runtime writes it: RFC 3339 in UTC, with as many digits of the second as needed. */
function nameAfter(time: Timestamp): string {
  const seconds = timestampDate({ ...time, nanos: 0 })
    .toISOString()
    .replace('.000Z', '');
  const fraction = String(time.nanos).padStart(9, '0').replace(/0+$/, '');
  return `${seconds}${fraction && `.${fraction}`}Z`;
}
