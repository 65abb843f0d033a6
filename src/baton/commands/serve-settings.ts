// The settings of `serve`: where to listen, and who may call.
import { resolve } from 'node:path';
import { UsageError } from '../author/usage-error.ts';
import type { Invocation } from '../command-line/command.ts';
import type { Constraint } from '../config/constraint.ts';
import { boolField, durationField, stringField, stringSliceField } from '../config/create-field.ts';
import type { Field, Settings } from '../config/field.ts';
import { readCallerToken } from '../server/callers/caller-token.ts';
import {
  checkListenAddress,
  isLocalAddress,
  type ListenAddress,
  parseListenAddress,
} from '../server/listen-address.ts';
import type { TlsMaterial } from '../server/tls/mutual-tls.ts';
import { WatchedFiles } from '../server/watched-files.ts';
import { limitFields } from './serve-limits.ts';

const listen = stringField({
  name: 'listen',
  description: 'Address to listen on, as host:port (port 0 for any free port) or unix:path',
  default: '127.0.0.1:50051',
  exportTarget: 'none',
  check: checkListenAddress,
});

const httpListen = stringField({
  name: 'http-listen',
  description:
    'Address to serve HTTP on, as host:port or unix:path: Connect (JSON for curl) and gRPC-Web (default: no HTTP)',
  exportTarget: 'none',
  check: checkListenAddress,
});

const tlsCert = pemField('tls-cert', 'the certificate of the server; clients then need one too');
const tlsKey = pemField('tls-key', 'the private key of --tls-cert');
const tlsClientCa = pemField('tls-client-ca', 'the CAs of client certificates');

const tlsClientNames = stringSliceField({
  name: 'tls-client-names',
  description:
    'DNS names and URIs of the clients that may call, as in their certificates (default: all clients with a certificate of --tls-client-ca)',
  exportTarget: 'none',
});

const callerTokenFile = stringField({
  name: 'caller-token-file',
  description: 'File with a token that callers must send (authorization: Bearer); at least 32 characters',
  pathTo: 'file',
  exportTarget: 'none',
});

const insecureListen = boolField({
  name: 'insecure-listen',
  description:
    'Allow plaintext on addresses that other machines can reach: anyone who reaches them can read everything',
  exportTarget: 'none',
});

export const drainTimeout = durationField({
  name: 'drain-timeout',
  description: 'Time that running calls get when the server stops',
  // Less than the 30 seconds after which Kubernetes kills.
  default: '25s',
  exportTarget: 'none',
});

export const serveFields: readonly Field[] = [
  listen,
  httpListen,
  tlsCert,
  tlsKey,
  tlsClientCa,
  tlsClientNames,
  callerTokenFile,
  insecureListen,
  drainTimeout,
  ...limitFields,
];

export const serveConstraints: readonly Constraint[] = [
  { kind: 'required-together', fields: [tlsCert, tlsKey, tlsClientCa] },
  { kind: 'dependent-on', fields: [tlsClientNames], requires: [tlsClientCa] },
  { kind: 'mutually-exclusive', fields: [tlsCert, insecureListen] },
];

function pemField(name: string, contents: string): Field<string | undefined> {
  return stringField({ name, description: `PEM file with ${contents}`, pathTo: 'file', exportTarget: 'none' });
}

/** Where to serve, and to whom. */
export interface Access {
  readonly grpc: ListenAddress;
  /** Undefined for no HTTP. */
  readonly http: ListenAddress | undefined;
  /** For ports: a Unix socket has no TLS. Undefined for plaintext. */
  readonly tls: WatchedFiles<TlsMaterial> | undefined;
  /** What callers must send. Undefined for nothing. */
  readonly token: WatchedFiles<string> | undefined;
  /** The names of clients, of which one must be in their certificates. Undefined for any. */
  readonly clientNames: readonly string[] | undefined;
}

/**
 * Reads the settings, and the files that they name.
 * @param cleanup - Gets the end of watching the files.
 * @throws UsageError for unusable files, for plaintext that would leave the machine, and for certificates without a port.
 */
export async function readAccess(invocation: Invocation, cleanup: AsyncDisposableStack): Promise<Access> {
  const { settings, host } = invocation;
  const httpListenText = settings.get(httpListen);
  const grpc = parseListenAddress(settings.get(listen), host.cwd);
  const http = httpListenText === undefined ? undefined : parseListenAddress(httpListenText, host.cwd);
  const names = settings.get(tlsClientNames);
  const tls = await watchTls(invocation, [grpc, http]);
  cleanup.defer(() => tls?.close());
  if (!tls) refuseExposure(settings, { grpc, http });
  const token = await watchToken(invocation);
  cleanup.defer(() => token?.close());
  return { grpc, http, tls, token, clientNames: names.length > 0 ? names : undefined };
}

async function watchTls(
  { settings, host, logger }: Invocation,
  addresses: readonly (ListenAddress | undefined)[],
): Promise<WatchedFiles<TlsMaterial> | undefined> {
  const [cert, key, clientCa] = [tlsCert, tlsKey, tlsClientCa].map((field) => {
    const path = settings.get(field);
    return path === undefined ? undefined : resolve(host.cwd, path);
  });
  if (cert === undefined || key === undefined || clientCa === undefined) return undefined;
  if (!addresses.some((address) => address !== undefined && 'port' in address)) {
    throw new UsageError([
      '--tls-cert, --tls-key, --tls-client-ca: a Unix socket has no TLS: remove them, or listen on a port',
    ]);
  }
  const { readTlsFiles } = await import('../server/tls/tls-files.ts');
  return WatchedFiles.open({
    name: 'TLS files',
    paths: [cert, key, clientCa],
    logger,
    read: async () => {
      const files = await readTlsFiles({ cert, key, clientCa });
      if ('faults' in files) throw new UsageError(files.faults);
      return files.material;
    },
  });
}

async function watchToken({ settings, host, logger }: Invocation): Promise<WatchedFiles<string> | undefined> {
  const name = settings.get(callerTokenFile);
  if (name === undefined) return undefined;
  const path = resolve(host.cwd, name);
  return WatchedFiles.open({ name: 'caller token', paths: [path], logger, read: () => readCallerToken(path) });
}

function refuseExposure(settings: Settings, addresses: Pick<Access, 'grpc' | 'http'>): void {
  const exposed = [
    { field: listen, address: addresses.grpc },
    { field: httpListen, address: addresses.http },
  ].filter(({ address }) => address !== undefined && !isLocalAddress(address));
  if (exposed.length === 0 || settings.get(insecureListen)) return;
  throw new UsageError(
    exposed.map(
      ({ field }) =>
        `${settings.placeOf(field)}: other machines can reach ${settings.get<string | undefined>(field)}: set --tls-cert, --tls-key and --tls-client-ca, or listen on loopback such as 127.0.0.1:50051, or set --insecure-listen to let anyone read everything`,
    ),
  );
}
