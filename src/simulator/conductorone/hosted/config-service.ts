// What ConductorOne serves to a hosted connector: its config, and a session store.
import type { KeyObject } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type ConnectRouter, createContextKey, type Interceptor } from '@connectrpc/connect';
import {
  ConnectorConfigService,
  type GetConnectorConfigResponseSchema,
} from '#gen/c1/connectorapi/baton/v1/config_pb.js';
import type { ServedPolicyEnvelopeSchema } from '#gen/c1/connectorapi/baton/v1/servedpolicy_pb.js';
import { BatonSessionService } from '#gen/c1/connectorapi/baton/v1/session_pb.js';
import type { CallLog } from '../call-log.ts';
import type { HostedTokens } from './hosted-tokens.ts';

/** Encrypts a config for a key, as an age file. */
export type EncryptConfig = (publicKey: KeyObject, text: Uint8Array) => Promise<Uint8Array>;

/** The config that the next call gets. */
export interface ServedConfig {
  /** Anything: tests serve wrong ones. */
  value: unknown;
  /** Undefined: the response names no version. */
  version: string | undefined;
  policy: MessageInitShape<typeof ServedPolicyEnvelopeSchema> | undefined;
  /** Fails the calls. */
  fault: Code | undefined;
}

export interface HostedServiceOptions {
  readonly tokens: HostedTokens;
  readonly calls: CallLog;
  /** `127.0.0.1:8443` */
  readonly host: string;
  readonly config: ServedConfig;
  readonly encrypt: EncryptConfig;
  /** By sync and key. Undefined: there is no store. */
  readonly sessions: Map<string, Uint8Array> | undefined;
}

const keyOfCaller = createContextKey<KeyObject | undefined>(undefined);

export function routeHostedServices(router: ConnectRouter, options: HostedServiceOptions): void {
  const interceptors = [letIn(options)];
  const { config, encrypt } = options;
  router.service(
    ConnectorConfigService,
    {
      getConnectorConfig: async (_request, context) => {
        if (config.fault) throw new ConnectError('injected fault', config.fault);
        const key = context.values.get(keyOfCaller);
        if (!key) throw new ConnectError('no key', Code.Unauthenticated);
        const text = typeof config.value === 'string' ? config.value : JSON.stringify(config.value);
        const response: MessageInitShape<typeof GetConnectorConfigResponseSchema> = {
          config: await encrypt(key, Buffer.from(text)),
          lastUpdated: timestampFromDate(new Date('2026-01-02T03:04:05Z')),
        };
        if (config.version !== undefined) response.configVersion = config.version;
        if (config.policy) response.servedPolicyEnvelope = config.policy;
        return response;
      },
    },
    { interceptors },
  );
  const { sessions } = options;
  if (!sessions) return;
  router.service(
    BatonSessionService,
    {
      get: ({ syncId, key }) => {
        const value = sessions.get(`${syncId}/${key}`);
        return value ? { found: true, value } : { found: false };
      },
      set: ({ syncId, key, value }) => {
        sessions.set(`${syncId}/${key}`, value);
        return {};
      },
      clear: ({ syncId }) => {
        for (const key of sessions.keys()) if (key.startsWith(`${syncId}/`)) sessions.delete(key);
        return {};
      },
    },
    { interceptors },
  );
}

function letIn({ tokens, calls, host }: HostedServiceOptions): Interceptor {
  return (next) => async (request) => {
    const { method, header } = request;
    const message = request.stream ? undefined : request.message;
    calls.add({ name: method.name, request: message, headers: header });
    const url = `https://${host}/${method.parent.typeName}/${method.name}`;
    const verified = tokens.check(header.get('authorization') ?? '', header.get('dpop') ?? '', url);
    if (typeof verified === 'string') throw new ConnectError(verified, Code.Unauthenticated);
    request.contextValues.set(keyOfCaller, verified.key);
    return next(request);
  };
}
