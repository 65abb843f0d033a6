// Hello: introduces the connector and its host to ConductorOne, before any other call and when a task requests it.
import { Code, ConnectError, type ContextValues } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import type { Program } from '../author/program.ts';
import { createInProcessClient } from '../client/in-process-client.ts';
import { describeError } from '../log/describe-error.ts';
import { onlyIf, retry } from '../net/retry.ts';
import type { Waits } from '../net/waits.ts';
import type { ServiceEntry } from '../services/service-entry.ts';
import { describeBuild, describeOs } from './host-info.ts';
import type { BatonClient } from './link/baton-client.ts';
import type { ServiceTiming } from './tasks/service-timing.ts';

interface HelloOptions {
  readonly client: BatonClient;
  readonly services: readonly ServiceEntry[];
  readonly contextValues: ContextValues;
  readonly program: Pick<Program, 'name' | 'version'>;
  readonly signal: AbortSignal;
}

/** @param taskId - The hello task to answer; empty at startup. */
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
 * Introduces the connector. Retries for as long as ConductorOne cannot be reached.
 * @throws ConnectError when ConductorOne refuses; the signal's reason when it aborts.
 */
export async function introduce(
  options: HelloOptions,
  { helloDelayMinMs, helloDelayMaxMs }: ServiceTiming,
  logger: Logger,
  waits?: Waits,
): Promise<void> {
  const hello = async (attempt: number) => {
    await sendHello(options, '');
    logger.info({ attempt }, 'introduced to ConductorOne');
  };
  await retry(hello, {
    policy: { attemptsMax: Number.POSITIVE_INFINITY, delayMinMs: helloDelayMinMs, delayMaxMs: helloDelayMaxMs },
    signal: options.signal,
    waits,
    describeWait: ({ error }) => `cannot reach ConductorOne: ${describeError(error)}`,
    delayAfter: onlyIf((error) => !(error instanceof ConnectError && finalCodes.has(error.code))),
    onRetry: ({ error, attempt, delayMs }) =>
      logger.warn({ error, attempt, delay_ms: delayMs }, 'cannot reach ConductorOne; retrying'),
  });
}
