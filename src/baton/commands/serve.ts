// `serve`: the connector as a gRPC server, for grpcurl, a harness or another program, and over HTTP for curl.
import { once } from 'node:events';
import { resolve } from 'node:path';
import { UsageError } from '../author/usage-error.ts';
import type { Command, Invocation } from '../command-line/command.ts';
import { readClientKey } from '../conductorone/credentials/read-client-key.ts';
import { boolField, durationField, stringField } from '../config/create-field.ts';
import { provisioning, ticketing } from '../config/fields/service-mode.ts';
import type { GrpcServer } from '../server/grpc/grpc-server.ts';
import { startConnectorHealth } from '../server/health/connector-health.ts';
import type { HttpServer } from '../server/http/http-server.ts';
import {
  checkListenAddress,
  formatListenAddress,
  isLoopback,
  type ListenAddress,
  parseListenAddress,
} from '../server/listen-address.ts';
import { nameToDial } from '../server/name-to-dial.ts';
import type { TlsMaterial } from '../server/tls/mutual-tls.ts';
import { createConnectorServices } from '../services/connector-services.ts';

const listen = stringField({
  name: 'listen',
  description: 'Address to listen at, as host:port; port 0 for any port that is free',
  default: '127.0.0.1:50051',
  exportTarget: 'none',
  check: checkListenAddress,
});

const httpListen = stringField({
  name: 'http-listen',
  description: 'Address to serve the same over HTTP at, as Connect (JSON for curl) and gRPC-Web (default: not at all)',
  exportTarget: 'none',
  check: checkListenAddress,
});

const tlsCert = stringField({
  name: 'tls-cert',
  description: 'PEM file with the certificate that the server shows; with it, callers need one too',
  pathTo: 'file',
  exportTarget: 'none',
});

const tlsKey = stringField({
  name: 'tls-key',
  description: 'PEM file with the private key of the certificate',
  pathTo: 'file',
  exportTarget: 'none',
});

const tlsClientCa = stringField({
  name: 'tls-client-ca',
  description: 'PEM file with the authorities whose certificates callers may have',
  pathTo: 'file',
  exportTarget: 'none',
});

const insecureListen = boolField({
  name: 'insecure-listen',
  description: 'Permits plaintext on addresses that other machines reach: whoever reaches them reads everything',
  exportTarget: 'none',
});

const drainTimeout = durationField({
  name: 'drain-timeout',
  description: 'How long calls may go on when the server is to stop',
  // Less than the 30 seconds that Kubernetes waits before it kills.
  default: '25s',
  exportTarget: 'none',
});

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Serves the connector over gRPC',
  description:
    'Serves the connector over gRPC with reflection and health, and with --http-listen over HTTP too: in plaintext for this machine alone, or with mutual TLS (--tls-cert, --tls-key, --tls-client-ca) for others too. It ends when the process gets SIGTERM or SIGINT: running calls may finish first. A second signal ends it at once.',
  fields: [listen, httpListen, tlsCert, tlsKey, tlsClientCa, insecureListen, drainTimeout],
  constraints: [
    { kind: 'required-together', fields: [tlsCert, tlsKey, tlsClientCa] },
    { kind: 'mutually-exclusive', fields: [tlsCert, insecureListen] },
  ],
  needsConnectorSettings: true,
  async run(invocation) {
    const { program, settings, logger, userAgent, host } = invocation;
    // Loaded here: the other commands need nothing of it.
    const { startGrpcServer } = await import('../server/grpc/grpc-server.ts');
    const { MutualTlsCredentials, mutualTlsOptions } = await import('../server/tls/mutual-tls.ts');
    const tls = await readTls(invocation);
    const connector = program.connector(settings, { logger, userAgent, env: host.env });
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => connector.close?.());
    const services = createConnectorServices(connector, {
      provisioning: settings.get(provisioning),
      ticketing: settings.get(ticketing),
      clientKey: readClientKey(settings),
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
      if (!tls && !isLoopback(address)) {
        logger.warn('whoever reaches this address reads everything: there is no TLS');
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

/** What the files of the TLS settings hold, if there are any; without them plaintext must not leave the machine. */
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
    return address !== undefined && !isLoopback(parseListenAddress(address));
  });
  if (exposed.length > 0 && !settings.get(insecureListen)) {
    throw new UsageError(
      exposed.map(
        (field) =>
          `--${field.name}: other machines reach ${settings.get<string | undefined>(field)}; give --tls-cert, --tls-key and --tls-client-ca, listen on loopback as in 127.0.0.1:50051, or give --insecure-listen if whoever reaches it may read everything`,
      ),
    );
  }
  return undefined;
}

function describeGrpcCalls(address: ListenAddress, tls: TlsMaterial | undefined): readonly string[] {
  // Which files a caller has is not known here.
  const call = tls
    ? `-cacert SERVER_CA.pem -cert CLIENT.pem -key CLIENT_KEY.pem ${nameForCallers(address, tls)}`
    : `-plaintext ${formatListenAddress(address)}`;
  return [`  grpcurl ${call} list`, `  grpcurl ${call} c1.connector.v2.ResourceTypesService/ListResourceTypes`];
}

function describeHttpCall(address: ListenAddress, tls: TlsMaterial | undefined): string {
  const url = tls
    ? `--cacert SERVER_CA.pem --cert CLIENT.pem --key CLIENT_KEY.pem https://${nameForCallers(address, tls)}`
    : `http://${formatListenAddress(address)}`;
  return `  curl -H 'content-type: application/json' -d '{}' ${url}/c1.connector.v2.ResourceTypesService/ListResourceTypes`;
}

function nameForCallers({ host, port }: ListenAddress, { cert }: TlsMaterial): string {
  return formatListenAddress({ host: nameToDial(cert, host), port });
}
