// `serve`: the connector as a gRPC server, for grpcurl, a harness or another program.
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Command, Invocation } from '../baton/command-line/command.ts';
import { UsageError } from '../baton/command-line/usage-error.ts';
import { boolField, durationField, stringField } from '../baton/config/create-field.ts';
import { provisioning, ticketing } from '../baton/config/fields/service-mode.ts';
import { startGrpcServer } from '../baton/server/grpc-server.ts';
import {
  checkListenAddress,
  formatListenAddress,
  isLoopback,
  type ListenAddress,
  parseListenAddress,
} from '../baton/server/listen-address.ts';
import { MutualTlsCredentials, type TlsMaterial } from '../baton/server/mutual-tls.ts';
import { nameToDial } from '../baton/server/name-to-dial.ts';
import { readTlsFiles } from '../baton/server/tls-files.ts';
import { createConnectorServices } from '../baton/services/connector-services.ts';

const listen = stringField({
  name: 'listen',
  description: 'Address to listen at, as host:port; port 0 for any port that is free',
  default: '127.0.0.1:50051',
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
    'Serves the connector over gRPC with reflection and health: in plaintext for this machine alone, or with mutual TLS (--tls-cert, --tls-key, --tls-client-ca) for others too. It ends when the process gets SIGTERM or SIGINT: running calls may finish first. A second signal ends it at once.',
  fields: [listen, tlsCert, tlsKey, tlsClientCa, insecureListen, drainTimeout],
  constraints: [
    { kind: 'required-together', fields: [tlsCert, tlsKey, tlsClientCa] },
    { kind: 'mutually-exclusive', fields: [tlsCert, insecureListen] },
  ],
  needsConnectorSettings: true,
  async run(invocation) {
    const { program, settings, logger, userAgent, host } = invocation;
    const tls = await readTls(invocation);
    const connector = program.createConnector(settings, { logger, userAgent, env: host.env });
    try {
      const server = await startGrpcServer({
        services: createConnectorServices(connector, {
          provisioning: settings.get(provisioning),
          ticketing: settings.get(ticketing),
        }),
        listen: parseListenAddress(settings.get(listen)),
        ...(tls && { credentials: new MutualTlsCredentials(tls) }),
        logger,
        drainTimeoutMs: settings.get(drainTimeout),
      });
      const address = formatListenAddress(server.address);
      logger.info({ address, tls: tls !== undefined }, 'listening');
      if (!tls && !isLoopback(server.address)) {
        logger.warn('whoever reaches this address reads everything: there is no TLS');
      }
      host.stdout.write(
        describeServer(program.name, address, tls ? describeTlsCall(tls, server.address) : `-plaintext ${address}`),
      );
      if (!host.signal.aborted) {
        await once(host.signal, 'abort');
      }
      logger.info('stopping');
      await server.drain();
      return 0;
    } finally {
      await connector.close?.();
    }
  },
};

/** What the files of the TLS settings hold, if there are any; without them plaintext must not leave the machine. */
async function readTls({ settings, host }: Invocation): Promise<TlsMaterial | undefined> {
  const [cert, key, clientCa] = [tlsCert, tlsKey, tlsClientCa].map((field) => settings.get(field));
  if (cert && key && clientCa) {
    const inFolder = (path: string) => resolve(host.cwd, path);
    const files = await readTlsFiles({ cert: inFolder(cert), key: inFolder(key), clientCa: inFolder(clientCa) });
    if ('faults' in files) {
      throw new UsageError(files.faults);
    }
    return files.material;
  }
  const address = settings.get(listen);
  if (!isLoopback(parseListenAddress(address)) && !settings.get(insecureListen)) {
    throw new UsageError([
      `--listen: other machines reach ${address}; give --tls-cert, --tls-key and --tls-client-ca, listen on loopback as in 127.0.0.1:50051, or give --insecure-listen if whoever reaches it may read everything`,
    ]);
  }
  return undefined;
}

/** Which files a caller has is not known here. */
function describeTlsCall({ cert }: TlsMaterial, address: ListenAddress): string {
  const called = formatListenAddress({ host: nameToDial(cert, address.host), port: address.port });
  return `-cacert SERVER_CA.pem -cert CLIENT.pem -key CLIENT_KEY.pem ${called}`;
}

function describeServer(programName: string, address: string, call: string): string {
  return [
    `${programName} listens at ${address}`,
    'Try:',
    `  grpcurl ${call} list`,
    `  grpcurl ${call} c1.connector.v2.ResourceTypesService/ListResourceTypes`,
    '',
  ].join('\n');
}
