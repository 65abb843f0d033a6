// `serve`: runs the connector as a server, over gRPC for grpcurl, a harness or another program, and over HTTP for curl.
import { once } from 'node:events';
import type { Logger } from 'pino';
import type { Command } from '../command-line/command.ts';
import { readClientKey } from '../conductorone/credentials/read-client-key.ts';
import { healthCheck, healthCheckPort, provisioning, ticketing } from '../config/fields/service-mode.ts';
import type { GrpcServer } from '../server/grpc/grpc-server.ts';
import type { HttpServer } from '../server/http/http-server.ts';
import { createGate } from '../server/limits/gate.ts';
import { formatListenAddress, isLocalAddress, type ListenAddress } from '../server/listen-address.ts';
import { createConnectorServices } from '../services/connector-services.ts';
import { startConnectorHealth } from './connector-health.ts';
import { describeGrpcCalls, describeHttpCall } from './serve-hints.ts';
import { readLimits } from './serve-limits.ts';
import { type Access, drainTimeout, readAccess, serveConstraints, serveFields } from './serve-settings.ts';

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
    const { program, settings, logger, waits, userAgent, host } = invocation;
    // Loaded here: the other commands do not need it.
    const { startGrpcServer } = await import('../server/grpc/grpc-server.ts');
    const { CallerGuard } = await import('../server/callers/caller-guard.ts');
    const { MutualTlsCredentials, mutualTlsOptions } = await import('../server/tls/mutual-tls.ts');
    await using cleanup = new AsyncDisposableStack();
    const access = await readAccess(invocation, cleanup);
    const { tls, token, clientNames } = access;
    const connector = program.connector(settings, { logger, waits, userAgent, env: host.env });
    cleanup.defer(() => connector.close?.());
    const services = createConnectorServices(connector, {
      provisioning: settings.get(provisioning),
      ticketing: settings.get(ticketing),
      clientKey: await readClientKey(settings),
      waits,
    });
    let unreadiness: string | undefined = 'the program is starting';
    const health = await startConnectorHealth({ settings, services, logger, findUnreadiness: () => unreadiness });
    cleanup.defer(() => health?.close());
    const servers: (GrpcServer | HttpServer)[] = [];
    cleanup.defer(async () => void (await Promise.all(servers.map((server) => server.drain()))));

    const gate = createGate(logger, readLimits(settings));
    const common = { services, logger, gate, drainTimeoutMs: settings.get(drainTimeout) };
    const readToken = token && (() => token.value);
    const callersAt = (address: ListenAddress) => {
      // Clients have certificates at ports alone.
      const names = 'port' in address ? clientNames : undefined;
      return readToken || names ? new CallerGuard({ token: readToken, clientNames: names, logger }) : undefined;
    };
    const credentials = tls && 'port' in access.grpc ? new MutualTlsCredentials(tls.value) : undefined;
    const grpc = await startGrpcServer({
      ...common,
      listen: access.grpc,
      callers: callersAt(access.grpc),
      ...(credentials && { credentials }),
    });
    servers.push(grpc);
    const http = access.http
      ? await (await import('../server/http/http-server.ts')).startHttpServer({
          ...common,
          listen: access.http,
          callers: callersAt(access.http),
          tls: tls && 'port' in access.http ? mutualTlsOptions(tls.value) : undefined,
        })
      : undefined;
    if (http) servers.push(http);
    if (tls) {
      tls.onChange = (material) => {
        credentials?.update(material);
        http?.updateTls(mutualTlsOptions(material));
      };
    }

    for (const { address } of servers) {
      logger.info({ address: formatListenAddress(address), tls: tls !== undefined && 'port' in address }, 'listening');
      warnOfAccess(address, access, settings.get(provisioning), logger);
    }
    const tokenFile = token?.paths[0];
    host.stdout.write(
      [
        `${program.name} listens at ${formatListenAddress(grpc.address)}`,
        'Try:',
        ...describeGrpcCalls(grpc.address, tls?.value, tokenFile),
        ...(http ? [describeHttpCall(http.address, tls?.value, tokenFile)] : []),
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

function warnOfAccess(address: ListenAddress, { tls, token }: Access, canChange: boolean, logger: Logger): void {
  if (tls || 'path' in address) return;
  if (!isLocalAddress(address)) {
    logger.warn(
      token
        ? 'no TLS: anyone on the network path can read everything, including the caller token'
        : 'no TLS: anyone who reaches this address can read everything',
    );
  } else if (canChange && !token) {
    logger.warn(
      { address: formatListenAddress(address) },
      'every user of this machine can make changes through this address: set --caller-token-file, or listen on a Unix socket (unix:PATH)',
    );
  }
}
