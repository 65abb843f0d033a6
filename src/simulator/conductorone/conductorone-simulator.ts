// A simulated ConductorOne: its token endpoint and its BatonService, on one port and over TLS as in the real one.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { AccessTokens } from './access-tokens.ts';
import { routeBatonService } from './baton-service.ts';
import { CallLog } from './call-log.ts';
import { type Certificate, createCertificate } from './certificate.ts';
import { createCredentials } from './credentials.ts';
import { Faults } from './faults.ts';
import { TaskBoard, type TaskBoardOptions } from './task-board.ts';
import { Uploads } from './uploads.ts';

export interface ConductorOneOptions extends TaskBoardOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** The folder for uploaded files, created with the first one. */
  readonly uploadFolder: string;
  /** Default: a new one. */
  readonly certificate?: Certificate;
  /** How long an access token is valid. Default: one hour. */
  readonly tokenLifetimeSeconds?: number;
  /** How far its clock is ahead of that of this machine. Default: 0. */
  readonly clockAheadMs?: number;
  /** How long responses ask the connector to wait before it polls for tasks again. Default: one second. */
  readonly nextPollMs?: number;
  /** The same for heartbeats. Default: one second. */
  readonly nextHeartbeatMs?: number;
}

export interface ConductorOneSimulator extends AsyncDisposable {
  /** For example `127.0.0.1:8443`. */
  readonly host: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM of the certificate that a connector must trust: put it in a file named by `SSL_CERT_FILE`. */
  readonly certificate: string;
  readonly tasks: TaskBoard;
  readonly uploads: Uploads;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly tokens: AccessTokens;
  /** The total number of connections. */
  connectionCount(): number;
  /** Closes all connections. */
  drop(): void;
  /** While away, it closes every new connection immediately. */
  setAway(away: boolean): void;
  close(): Promise<void>;
}

const tokenPath = '/auth/v1/token';

/** Starts a simulator on 127.0.0.1. */
export async function startConductorOneSimulator(options: ConductorOneOptions): Promise<ConductorOneSimulator> {
  const { nextPollMs = 1000, nextHeartbeatMs = 1000, tokenLifetimeSeconds = 3600, clockAheadMs = 0 } = options;
  const now = () => Date.now() + clockAheadMs;
  const certificate = options.certificate ?? createCertificate();
  const server = createSecureServer({ ...certificate, allowHTTP1: true });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  const credentials = createCredentials(host);
  const tokens = new AccessTokens(credentials, tokenLifetimeSeconds, now);
  const calls = new CallLog();
  const faults = new Faults();
  const tasks = new TaskBoard(options);
  const uploads = new Uploads(options.uploadFolder);

  let isAway = false;
  let connections = 0;
  let drops = 0;
  const sockets = new Set<Socket>();
  const drop = () => {
    drops++;
    for (const socket of sockets) socket.destroy();
  };
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (isAway) socket.destroy();
  });
  server.on('sessionError', () => {});

  const grpc = connectNodeAdapter({
    routes: (router) =>
      routeBatonService(router, {
        ...{ tokens, tasks, uploads, calls, faults, nextPollMs, nextHeartbeatMs },
        ...{ drop, dropCount: () => drops },
      }),
    connect: false,
    grpcWeb: false,
  });
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    if (request.url !== tokenPath) {
      grpc(request, response);
      return;
    }
    answerToken(request, response, { tokens, calls, faults, drop, now }).catch(() => response.stream?.close());
  });

  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    drop();
    await closed;
  };
  const { clientId, clientSecret } = credentials;
  return {
    ...{ host, clientId, clientSecret, certificate: certificate.cert },
    ...{ tasks, uploads, calls, faults, tokens, drop, close },
    connectionCount: () => connections,
    setAway: (away) => {
      isAway = away;
      if (away) drop();
    },
    [Symbol.asyncDispose]: close,
  };
}

interface TokenRoute {
  readonly tokens: AccessTokens;
  readonly calls: CallLog;
  readonly faults: Faults;
  drop(): void;
  now(): number;
}

async function answerToken(
  request: Http2ServerRequest | IncomingMessage,
  response: Http2ServerResponse | ServerResponse,
  { tokens, calls, faults, drop, now }: TokenRoute,
): Promise<void> {
  const form = new URLSearchParams(await text(request));
  const headers = new Headers(
    Object.entries(request.headers).filter(
      (header): header is [string, string] => typeof header[1] === 'string' && !header[0].startsWith(':'),
    ),
  );
  calls.add({ name: 'token', request: undefined, headers });
  const fault = faults.take('token');
  if (fault?.kind === 'stall') return;
  if (fault?.kind === 'drop') {
    drop();
    return;
  }
  const answer = fault ? { status: fault.status ?? 500, body: { error: 'injected fault' } } : tokens.answer(form);
  const body = JSON.stringify(request.method === 'POST' ? answer.body : { error: 'use POST' });
  response.statusCode = request.method === 'POST' ? answer.status : 405;
  response.setHeader('content-type', 'application/json');
  response.setHeader('date', new Date(now()).toUTCString());
  response.end(body);
}
