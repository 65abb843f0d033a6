// The settings of `serve`: where to listen, and who may call.
import { resolve } from 'node:path';
import { UsageError } from '../author/usage-error.ts';
import type { Invocation } from '../command-line/command.ts';
import type { Constraint } from '../config/constraint.ts';
import { boolField, durationField, stringField } from '../config/create-field.ts';
import type { Field } from '../config/field.ts';
import {
  checkListenAddress,
  isLocalAddress,
  type ListenAddress,
  parseListenAddress,
} from '../server/listen-address.ts';
import type { TlsMaterial } from '../server/tls/mutual-tls.ts';

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

const tlsCert = stringField({
  name: 'tls-cert',
  description: 'PEM file with the certificate of the server; clients then need one too',
  pathTo: 'file',
  exportTarget: 'none',
});

const tlsKey = stringField({
  name: 'tls-key',
  description: 'PEM file with the private key of --tls-cert',
  pathTo: 'file',
  exportTarget: 'none',
});

const tlsClientCa = stringField({
  name: 'tls-client-ca',
  description: 'PEM file with the CAs of client certificates',
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
  insecureListen,
  drainTimeout,
];

export const serveConstraints: readonly Constraint[] = [
  { kind: 'required-together', fields: [tlsCert, tlsKey, tlsClientCa] },
  { kind: 'mutually-exclusive', fields: [tlsCert, insecureListen] },
];

/** Where to serve, and to whom. */
export interface Access {
  readonly grpc: ListenAddress;
  /** Undefined for no HTTP. */
  readonly http: ListenAddress | undefined;
  /** For ports: a Unix socket has no TLS. Undefined for plaintext. */
  readonly tls: TlsMaterial | undefined;
}

/**
 * Reads the settings, and the files that they name.
 * @throws UsageError for unusable files, for plaintext that would leave the machine, and for certificates without a port.
 */
export async function readAccess({ settings, host }: Invocation): Promise<Access> {
  const httpListenText = settings.get(httpListen);
  const grpc = parseListenAddress(settings.get(listen), host.cwd);
  const http = httpListenText === undefined ? undefined : parseListenAddress(httpListenText, host.cwd);
  const [cert, key, clientCa] = [tlsCert, tlsKey, tlsClientCa].map((field) => settings.get(field));
  if (cert && key && clientCa) {
    if ('path' in grpc && (http === undefined || 'path' in http)) {
      throw new UsageError([
        '--tls-cert, --tls-key, --tls-client-ca: a Unix socket has no TLS: remove them, or listen on a port',
      ]);
    }
    const { readTlsFiles } = await import('../server/tls/tls-files.ts');
    const inFolder = (path: string) => resolve(host.cwd, path);
    const files = await readTlsFiles({ cert: inFolder(cert), key: inFolder(key), clientCa: inFolder(clientCa) });
    if ('faults' in files) throw new UsageError(files.faults);
    return { grpc, http, tls: files.material };
  }
  const exposed = [
    { field: listen, address: grpc },
    { field: httpListen, address: http },
  ].filter(({ address }) => address !== undefined && !isLocalAddress(address));
  if (exposed.length > 0 && !settings.get(insecureListen)) {
    throw new UsageError(
      exposed.map(
        ({ field }) =>
          `${settings.placeOf(field)}: other machines can reach ${settings.get<string | undefined>(field)}: set --tls-cert, --tls-key and --tls-client-ca, or listen on loopback such as 127.0.0.1:50051, or set --insecure-listen to let anyone read everything`,
      ),
    );
  }
  return { grpc, http, tls: undefined };
}
