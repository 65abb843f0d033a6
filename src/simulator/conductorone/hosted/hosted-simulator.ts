// A simulated ConductorOne as hosted connectors see it: token endpoint, config and sessions, on one port and over TLS.
import { once } from 'node:events';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { CallLog } from '../call-log.ts';
import { createCertificate } from '../certificate.ts';
import { createCredentials } from '../credentials.ts';
import { type EncryptConfig, routeHostedServices, type ServedConfig } from './config-service.ts';
import { awsEnv, HostedTokens } from './hosted-tokens.ts';

export interface HostedOptions {
  /** The values of settings by name. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly encrypt: EncryptConfig;
  /** How long an access token is valid. Default: one hour. */
  readonly tokenLifetimeSeconds?: number;
  /** Whether there is a session store. Default: true. */
  readonly hasSessions?: boolean;
}

export interface HostedSimulator extends AsyncDisposable {
  readonly host: string;
  /** PEM of the certificate that the connector must trust, in the file that `BATON_LAMBDA_CA_CERT_PATH` names. */
  readonly certificate: string;
  /** The variables of the connector's process, but for the certificate and those of its callers. */
  readonly env: Readonly<Record<string, string>>;
  readonly tokens: HostedTokens;
  readonly calls: CallLog;
  /** To be changed at any time. */
  readonly config: ServedConfig;
  readonly sessions: ReadonlyMap<string, Uint8Array>;
  /** Answers requests for tokens with a status, or never (0). Undefined: as usual. */
  tokenStatus: number | undefined;
  /** Closes all connections. */
  drop(): void;
  close(): Promise<void>;
}

const tokenPath = '/auth/v1/token';

/** Starts it on 127.0.0.1. */
export async function startHostedSimulator(options: HostedOptions): Promise<HostedSimulator> {
  const { tokenLifetimeSeconds: lifetimeSeconds = 3600, hasSessions = true } = options;
  const certificate = createCertificate();
  const server = createSecureServer({ ...certificate, allowHTTP1: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = createCredentials(host);
  const tokens = new HostedTokens({ credentials, host, lifetimeSeconds });
  const calls = new CallLog();
  const sessions = new Map<string, Uint8Array>();
  const config: ServedConfig = { value: options.config, version: '1', policy: undefined, fault: undefined };
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.on('sessionError', () => {});
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    drop();
    await closed;
  };
  const simulator: HostedSimulator = {
    host,
    certificate: certificate.cert,
    env: {
      BATON_LAMBDA_CLIENT_ID: credentials.clientId,
      BATON_LAMBDA_CLIENT_SECRET: credentials.clientSecret,
      ...awsEnv,
    },
    ...{ tokens, calls, config, sessions, drop, close },
    tokenStatus: undefined,
    [Symbol.asyncDispose]: close,
  };
  tokens.secrets.push(credentials.clientSecret);
  const { encrypt } = options;
  const grpc = connectNodeAdapter({
    routes: (router) =>
      routeHostedServices(router, {
        ...{ tokens, calls, host, config, encrypt },
        sessions: hasSessions ? sessions : undefined,
      }),
    connect: false,
    grpcWeb: false,
  });
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    if (request.url === tokenPath) void answerToken(request, response, simulator);
    else grpc(request, response);
  });
  return simulator;
}

async function answerToken(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  { tokens, calls, tokenStatus }: HostedSimulator,
): Promise<void> {
  const form = new URLSearchParams(await text(request));
  calls.add({ name: 'token', request: undefined, headers: new Headers() });
  if (tokenStatus === 0) return;
  const { status, headers, body } =
    tokenStatus === undefined
      ? tokens.answer(form, String(request.headers.dpop ?? ''))
      : { status: tokenStatus, headers: {}, body: { error: 'injected fault' } };
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
