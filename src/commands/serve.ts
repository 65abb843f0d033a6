// `serve`: the connector as a gRPC server, for grpcurl, a harness or another program.
import { once } from 'node:events';
import type { Command } from '../baton/command-line/command.ts';
import { durationField, stringField } from '../baton/config/create-field.ts';
import { provisioning, ticketing } from '../baton/config/fields/service-mode.ts';
import { startGrpcServer } from '../baton/server/grpc-server.ts';
import {
  checkListenAddress,
  formatListenAddress,
  isLoopback,
  parseListenAddress,
} from '../baton/server/listen-address.ts';
import { createConnectorServices } from '../baton/services/connector-services.ts';

const listen = stringField({
  name: 'listen',
  description: 'Address to listen at, as host:port; port 0 for any port that is free',
  default: '127.0.0.1:50051',
  exportTarget: 'none',
  check: (text) => checkListenAddress(text) ?? checkPlaintext(text),
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
  summary: 'Serves the connector over gRPC on this machine',
  description:
    'Serves the connector over gRPC in plaintext, on an address of this machine that no other can reach, with reflection and health. It ends when the process gets SIGTERM or SIGINT: running calls may finish first. A second signal ends it at once.',
  fields: [listen, drainTimeout],
  needsConnectorSettings: true,
  async run({ program, settings, logger, userAgent, host }) {
    const connector = program.createConnector(settings, { logger, userAgent, env: host.env });
    try {
      const server = await startGrpcServer({
        services: createConnectorServices(connector, {
          provisioning: settings.get(provisioning),
          ticketing: settings.get(ticketing),
        }),
        listen: parseListenAddress(settings.get(listen)),
        logger,
        drainTimeoutMs: settings.get(drainTimeout),
      });
      const address = formatListenAddress(server.address);
      logger.info({ address }, 'listening');
      host.stdout.write(describeServer(program.name, address));
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

/** Plaintext may not leave the machine: whoever can reach the server can read all that the connector can. */
function checkPlaintext(text: string): string | undefined {
  return isLoopback(parseListenAddress(text))
    ? undefined
    : 'must be on loopback, such as 127.0.0.1:50051 (plaintext is for loopback; options for TLS come in a later version)';
}

function describeServer(programName: string, address: string): string {
  return [
    `${programName} listens at ${address}`,
    'Try:',
    `  grpcurl -plaintext ${address} list`,
    `  grpcurl -plaintext ${address} c1.connector.v2.ResourceTypesService/ListResourceTypes`,
    '',
  ].join('\n');
}
