// The introduction: what the connector is and where it runs, before any other call and whenever a task asks for it.
import { Code, ConnectError, type ContextValues } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import type { Program } from '../author/program.ts';
import { createInProcessClient } from '../client/in-process-client.ts';
import { onlyIf, retry } from '../net/retry.ts';
import type { ServiceEntry } from '../services/service-entry.ts';
import { describeBuild, describeOs } from './host-info.ts';
import type { BatonClient } from './link/baton-client.ts';
import type { ServiceTiming } from './tasks/service-timing.ts';

export interface HelloOptions {
  readonly client: BatonClient;
  readonly services: readonly ServiceEntry[];
  readonly contextValues: ContextValues;
  readonly program: Pick<Program, 'name' | 'version'>;
  readonly signal: AbortSignal;
}

/** @param taskId - The hello task that this answers; empty at the start of the process. */
export async function sendHello(
  { client, services, contextValues, program, signal }: HelloOptions,
  taskId: string,
): Promise<void> {
  const connector = createInProcessClient(ConnectorService, services, { contextValues, signal });
  const { metadata } = await connector.getMetadata({});
  await client.hello(
    {
      taskId,
      buildInfo: describeBuild(program),
      osInfo: describeOs(),
      ...(metadata && { connectorMetadata: metadata }),
    },
    signal,
  );
}

/** Errors that no retry changes (pkg/tasks/c1api of baton-sdk v0.25.0). */
const finalCodes = new Set([
  Code.Unauthenticated,
  Code.PermissionDenied,
  Code.InvalidArgument,
  Code.Unimplemented,
  Code.FailedPrecondition,
  Code.NotFound,
]);

/**
 * Introduces the connector, however long ConductorOne is away.
 * @throws ConnectError when ConductorOne refuses; the signal's reason when it aborts.
 */
export async function introduce(
  options: HelloOptions,
  { helloDelayMinMs, helloDelayMaxMs }: ServiceTiming,
  logger: Logger,
): Promise<void> {
  const hello = async (attempt: number) => {
    await sendHello(options, '');
    logger.info({ attempt }, 'ConductorOne knows this connector');
  };
  await retry(hello, {
    policy: { attemptsMax: Number.POSITIVE_INFINITY, delayMinMs: helloDelayMinMs, delayMaxMs: helloDelayMaxMs },
    signal: options.signal,
    delayAfter: onlyIf((error) => !(error instanceof ConnectError && finalCodes.has(error.code))),
    onRetry: ({ error, attempt, delayMs }) =>
      logger.warn({ error, attempt, delay_ms: delayMs }, 'cannot reach ConductorOne; retrying'),
  });
}
