// Serves the connector to the parent process, until the parent is gone.

import { ParentPipe } from '../child/parent-pipe.ts';
import { readPermittedWork } from '../child/permitted-work.ts';
import { createRateLimiterService, requestsLimits } from '../child/rate-limiter-service.ts';
import { chooseListener, parseServerConfig, readCredential } from '../child/server-config.ts';
import type { Invocation } from '../command-line/command.ts';
import { readClientKey } from '../conductorone/credentials/read-client-key.ts';
import { syncResourceTypes } from '../config/fields/sync.ts';
import { untilAborted } from '../net/abort.ts';
import { startGrpcServer } from '../server/grpc/grpc-server.ts';
import { createGate } from '../server/limits/gate.ts';
import { untimedLimits } from '../server/limits/server-limits.ts';
import { formatListenAddress } from '../server/listen-address.ts';
import { MutualTlsCredentials } from '../server/tls/mutual-tls.ts';
import { describeSyncs, sessionStoresKey, validationKey } from '../services/call-context.ts';
import { createConnectorServices } from '../services/connector-services.ts';

/** When the parent is gone, nobody waits for the responses. */
const closeTimeoutMs = 200;

/**
 * Runs `_connector-service`.
 * @returns The exit code, when the parent is gone.
 * @throws The signal's reason.
 */
export async function serveParent({ program, settings, logger, waits, userAgent, host }: Invocation): Promise<number> {
  if (!host.stdin) {
    throw new Error('_connector-service needs stdin');
  }
  const pipe = new ParentPipe(host.stdin);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => pipe.release());

  const config = parseServerConfig(await untilAborted(pipe.line, host.signal));
  const tls = readCredential(config.credential);
  if (requestsLimits(config.rateLimiterConfig)) {
    logger.warn(
      'ignoring the rate limiter config of the parent: the connector itself respects the limits of its application',
    );
  }
  const connector = program.connector(settings, { logger, waits, userAgent, env: host.env });
  stack.defer(() => connector.close?.());
  const sessions =
    config.sessionStoreListenPort === 0
      ? undefined
      : stack.adopt(
          (await import('../child/parent-sessions.ts')).connectToParentSessions(
            config.sessionStoreListenPort,
            tls,
            logger,
          ),
          (client) => client.close(),
        );
  const server = await startGrpcServer({
    services: [
      ...createConnectorServices(connector, {
        ...readPermittedWork(settings),
        clientKey: await readClientKey(settings),
        waits,
      }),
      createRateLimiterService(),
    ],
    listen: chooseListener(host.env, config.listenPort),
    credentials: new MutualTlsCredentials(tls),
    logger,
    gate: createGate(logger, untimedLimits),
    drainTimeoutMs: 0,
    closeTimeoutMs,
    setContextValues: (values) =>
      values.set(sessionStoresKey, sessions).set(validationKey, describeSyncs(settings.get(syncResourceTypes))),
  });
  stack.defer(() => server.close());
  logger.info({ address: formatListenAddress(server.address), session_store: sessions !== undefined }, 'listening');

  // Rejects when this process is to stop: the parent takes exit code 0 for an end that it requested itself.
  await untilAborted(pipe.ended, host.signal);
  logger.info('the parent is gone');
  return 0;
}
