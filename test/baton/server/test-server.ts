// Starts a server for one test, with clients for it and the lines that it logs.
import { type ClientHttp2Session, connect } from 'node:http2';
import type { Transport } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { Client, credentials } from '@grpc/grpc-js';
import pino from 'pino';
import {
  type GrpcServer,
  type GrpcServerOptions,
  startGrpcServer,
} from '../../../src/baton/server/grpc/grpc-server.ts';
import { formatListenAddress, type ListenAddress, type TcpAddress } from '../../../src/baton/server/listen-address.ts';
import type { Lifetime } from '../../lifetime.ts';

export interface TestServer {
  readonly server: GrpcServer;
  /** `host:port`. */
  readonly address: string;
  readonly transport: Transport;
  readonly grpcJs: Client;
  /** HTTP/2 without a gRPC client that would act by itself, on a deadline for one. */
  readonly http2: ClientHttp2Session;
  /** What the server has logged, at every level. */
  readonly lines: LogLine[];
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [name: string]: unknown;
}

export async function startTestServer(
  t: Lifetime,
  services: GrpcServerOptions['services'],
  options: Partial<GrpcServerOptions> = {},
): Promise<TestServer> {
  const lines: LogLine[] = [];
  const logger = pino({ level: 'trace' }, { write: (line) => lines.push(JSON.parse(line)) });
  const server = await startGrpcServer({
    services,
    listen: { host: '127.0.0.1', port: 0 },
    logger,
    drainTimeoutMs: 60_000,
    ...options,
  });
  const address = formatListenAddress(server.address);
  const baseUrl = `http://${address}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  const grpcJs = new Client(address, credentials.createInsecure());
  const http2 = connect(baseUrl);
  http2.on('error', () => {});
  t.after(async () => {
    grpcJs.close();
    http2.destroy();
    sessionManager.abort();
    await server.close();
  });
  return { server, address, transport: createGrpcTransport({ baseUrl, sessionManager }), grpcJs, http2, lines };
}

/** The address of a server that does not listen on a Unix socket. */
export function tcpAddressOf({ address }: { readonly address: ListenAddress }): TcpAddress {
  if ('path' in address) throw new Error(`the server listens on ${formatListenAddress(address)}`);
  return address;
}
