// `serve`: runs the connector as a server, over gRPC for grpcurl, a harness or another program, and over HTTP for curl.
import { once } from 'node:events';
import type { Command } from '../command-line/command.ts';
import { readClientKey } from '../conductorone/credentials/read-client-key.ts';
import { healthCheck, healthCheckPort, provisioning, ticketing } from '../config/fields/service-mode.ts';
import type { GrpcServer } from '../server/grpc/grpc-server.ts';
import type { HttpServer } from '../server/http/http-server.ts';
import { formatListenAddress, isLocalAddress } from '../server/listen-address.ts';
import { createConnectorServices } from '../services/connector-services.ts';
import { startConnectorHealth } from './connector-health.ts';
import { describeGrpcCalls, describeHttpCall } from './serve-hints.ts';
import { drainTimeout, readAccess, serveConstraints, serveFields } from './serve-settings.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Serve the connector over gRPC',
  description:
    'Serve the connector over gRPC with reflection and health checks and, with --http-listen, over HTTP. Plaintext is only served on loopback and Unix sockets, which only the user of the program can open; for other machines use mutual TLS (--tls-cert, --tls-key, --tls-client-ca). On SIGTERM or SIGINT the server stops after running calls have finished; a second signal stops it at once.',
  fields: serveFields,
  constraints: serveConstraints,
  uses: [provisioning, healthCheck, healthCheckPort],
  needsConnectorSettings: true,
  sendsTelemetry: true,
  async run(invocation) {
    const { program, settings, logger, userAgent, host } = invocation;
    // Loaded here: the other commands do not need it.
    const { startGrpcServer } = await import('../server/grpc/grpc-server.ts');
    const { MutualTlsCredentials, mutualTlsOptions } = await import('../server/tls/mutual-tls.ts');
    const access = await readAccess(invocation);
    const { tls } = access;
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
      listen: access.grpc,
      ...(tls && !('path' in access.grpc) && { credentials: new MutualTlsCredentials(tls) }),
    });
    servers.push(grpc);
    const http = access.http
      ? await (await import('../server/http/http-server.ts')).startHttpServer({
          ...common,
          listen: access.http,
          tls: tls && !('path' in access.http) ? mutualTlsOptions(tls) : undefined,
        })
      : undefined;
    if (http) servers.push(http);

    for (const { address } of servers) {
      const hasTls = tls !== undefined && !('path' in address);
      logger.info({ address: formatListenAddress(address), tls: hasTls }, 'listening');
      if (!tls && !isLocalAddress(address)) {
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
