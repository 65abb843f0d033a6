// `serve`: runs the connector as a server, over gRPC for grpcurl, a harness or another program, and over HTTP for curl.
import { once } from 'node:events';
import { resolve } from 'node:path';
import { UsageError } from '../author/usage-error.ts';
import type { Command, Invocation } from '../command-line/command.ts';
import { readClientKey } from '../conductorone/credentials/read-client-key.ts';
import { boolField, durationField, stringField } from '../config/create-field.ts';
import { provisioning, ticketing } from '../config/fields/service-mode.ts';
import { isLoopback } from '../net/is-loopback.ts';
import type { GrpcServer } from '../server/grpc/grpc-server.ts';
import type { HttpServer } from '../server/http/http-server.ts';
import {
  checkListenAddress,
  formatListenAddress,
  type ListenAddress,
  parseListenAddress,
} from '../server/listen-address.ts';
import type { TlsMaterial } from '../server/tls/mutual-tls.ts';
import { nameToDial } from '../server/tls/name-to-dial.ts';
import { createConnectorServices } from '../services/connector-services.ts';
import { startConnectorHealth } from './connector-health.ts';

const listen = stringField({
  name: 'listen',
  description: 'Address to listen on, as host:port; port 0 for any free port',
  default: '127.0.0.1:50051',
  exportTarget: 'none',
  check: checkListenAddress,
});

const httpListen = stringField({
  name: 'http-listen',
  description: 'Address to serve HTTP on: Connect (JSON for curl) and gRPC-Web (default: no HTTP)',
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

const drainTimeout = durationField({
  name: 'drain-timeout',
  description: 'Time that running calls get when the server stops',
  // Less than the 30 seconds after which Kubernetes kills.
  default: '25s',
  exportTarget: 'none',
});

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Serve the connector over gRPC',
  description:
    'Serve the connector over gRPC with reflection and health checks and, with --http-listen, over HTTP. Plaintext is only served on loopback; for other machines use mutual TLS (--tls-cert, --tls-key, --tls-client-ca). On SIGTERM or SIGINT the server stops after running calls have finished; a second signal stops it at once.',
  fields: [listen, httpListen, tlsCert, tlsKey, tlsClientCa, insecureListen, drainTimeout],
  constraints: [
    { kind: 'required-together', fields: [tlsCert, tlsKey, tlsClientCa] },
    { kind: 'mutually-exclusive', fields: [tlsCert, insecureListen] },
  ],
  needsConnectorSettings: true,
  async run(invocation) {
    const { program, settings, logger, userAgent, host } = invocation;
    // Loaded here: the other commands do not need it.
    const { startGrpcServer } = await import('../server/grpc/grpc-server.ts');
    const { MutualTlsCredentials, mutualTlsOptions } = await import('../server/tls/mutual-tls.ts');
    const tls = await readTls(invocation);
    const connector = program.connector(settings, { logger, userAgent, env: host.env });
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => connector.close?.());
    const services = createConnectorServices(connector, {
      provisioning: settings.get(provisioning),
      ticketing: settings.get(ticketing),
      clientKey: await readClientKey(settings),
    });
    let unreadiness: string | undefined = 'the program is starting';
    const health = await startConnectorHealth({ settings, services, logger, findUnreadiness: () => unreadiness });
    cleanup.defer(() => health?.close());
    const servers: (GrpcServer | HttpServer)[] = [];
    cleanup.defer(async () => void (await Promise.all(servers.map((server) => server.drain()))));

    const common = { services, logger, drainTimeoutMs: settings.get(drainTimeout) };
    const grpc = await startGrpcServer({
      ...common,
      listen: parseListenAddress(settings.get(listen)),
      ...(tls && { credentials: new MutualTlsCredentials(tls) }),
    });
    servers.push(grpc);
    const httpAddress = settings.get(httpListen);
    const http = httpAddress
      ? await (await import('../server/http/http-server.ts')).startHttpServer({
          ...common,
          listen: parseListenAddress(httpAddress),
          tls: tls && mutualTlsOptions(tls),
        })
      : undefined;
    if (http) servers.push(http);

    for (const { address } of servers) {
      logger.info({ address: formatListenAddress(address), tls: tls !== undefined }, 'listening');
      if (!tls && !isLoopback(address.host)) {
        logger.warn('no TLS: anyone who reaches this address can read everything');
      }
    }
    host.stdout.write(
      [
        `${program.name} listens at ${formatListenAddress(grpc.address)}`,
        'Try:',
        ...describeGrpcCalls(grpc.address, tls),
        ...(http ? [describeHttpCall(http.address, tls)] : []),
        ...(health ? [`  curl http://${formatListenAddress(health.address)}/health`] : []),
        '',
      ].join('\n'),
    );
    unreadiness = undefined;
    if (!host.signal.aborted) {
      await once(host.signal, 'abort');
    }
    unreadiness = 'the program is stopping';
    logger.info('stopping');
    return 0;
  },
};

/** Reads the files of the TLS settings, if set. @throws UsageError for plaintext that would leave the machine. */
async function readTls({ settings, host }: Invocation): Promise<TlsMaterial | undefined> {
  const [cert, key, clientCa] = [tlsCert, tlsKey, tlsClientCa].map((field) => settings.get(field));
  if (cert && key && clientCa) {
    const { readTlsFiles } = await import('../server/tls/tls-files.ts');
    const inFolder = (path: string) => resolve(host.cwd, path);
    const files = await readTlsFiles({ cert: inFolder(cert), key: inFolder(key), clientCa: inFolder(clientCa) });
    if ('faults' in files) {
      throw new UsageError(files.faults);
    }
    return files.material;
  }
  const exposed = [listen, httpListen].filter((field) => {
    const address = settings.get<string | undefined>(field);
    return address !== undefined && !isLoopback(parseListenAddress(address).host);
  });
  if (exposed.length > 0 && !settings.get(insecureListen)) {
    throw new UsageError(
      exposed.map(
        (field) =>
          `${settings.placeOf(field)}: other machines can reach ${settings.get<string | undefined>(field)}: set --tls-cert, --tls-key and --tls-client-ca, or listen on loopback such as 127.0.0.1:50051, or set --insecure-listen to let anyone read everything`,
      ),
    );
  }
  return undefined;
}

function describeGrpcCalls(address: ListenAddress, tls: TlsMaterial | undefined): readonly string[] {
  // The files of the client are unknown here.
  const call = tls
    ? `-cacert SERVER_CA.pem -cert CLIENT.pem -key CLIENT_KEY.pem ${nameForClients(address, tls)}`
    : `-plaintext ${formatListenAddress(address)}`;
  return [`  grpcurl ${call} list`, `  grpcurl ${call} c1.connector.v2.ResourceTypesService/ListResourceTypes`];
}

function describeHttpCall(address: ListenAddress, tls: TlsMaterial | undefined): string {
  const url = tls
    ? `--cacert SERVER_CA.pem --cert CLIENT.pem --key CLIENT_KEY.pem https://${nameForClients(address, tls)}`
    : `http://${formatListenAddress(address)}`;
  return `  curl -H 'content-type: application/json' -d '{}' ${url}/c1.connector.v2.ResourceTypesService/ListResourceTypes`;
}

function nameForClients({ host, port }: ListenAddress, { cert }: TlsMaterial): string {
  return formatListenAddress({ host: nameToDial(cert, host), port });
}
