// Service mode: introduces the connector to ConductorOne, runs the tasks that it hands out, and shuts down gracefully.
import { createContextValues } from '@connectrpc/connect';
import type { Logger } from 'pino';
import type { Task } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { Program } from '../author/program.ts';
import { Code, ServiceError } from '../author/service-error.ts';
import { createInProcessClient } from '../client/in-process-client.ts';
import { protocolVersion } from '../messages/protocol-version.ts';
import { pause } from '../net/abort.ts';
import { createHttpSender } from '../net/http-sender.ts';
import { Turns } from '../net/turns.ts';
import type { Waits } from '../net/waits.ts';
import { loggerKey, responseMaxBytesKey } from '../services/call-context.ts';
import type { ServiceEntry } from '../services/service-entry.ts';
import { createAssertion } from './credentials/assertion.ts';
import { parseClientId } from './credentials/client-id.ts';
import { parseClientSecret } from './credentials/client-secret.ts';
import { requestToken } from './credentials/token-endpoint.ts';
import { TokenProvider } from './credentials/token-provider.ts';
import { introduce, sendHello } from './hello.ts';
import { findHostId } from './host-info.ts';
import { findApiRoute } from './link/api-route.ts';
import { type BatonClient, createBatonClient } from './link/baton-client.ts';
import { Http2Connection } from './link/http2-connection.ts';
import { handleTask } from './tasks/handle-task.ts';
import { LastUpload } from './tasks/last-upload.ts';
import { ReportDelivery } from './tasks/report-delivery.ts';
import type { ServiceTiming } from './tasks/service-timing.ts';
import type { SyncSettings, TaskContext } from './tasks/task-context.ts';
import { runTaskLoop } from './tasks/task-loop.ts';
import { failed, type TaskOutcome } from './tasks/task-outcome.ts';
import { toReport } from './tasks/task-report.ts';
import { createTaskSource, type TaskSource } from './tasks/task-source.ts';
import { observeHandler, traceTask } from './tasks/task-telemetry.ts';

export interface ServiceOptions {
  /** As issued by ConductorOne. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly program: Pick<Program, 'name' | 'version'>;
  readonly services: readonly ServiceEntry[];
  readonly syncSettings: SyncSettings;
  /** Maximum concurrent tasks. At most one is a sync. */
  readonly concurrency: number;
  readonly timing: ServiceTiming;
  readonly env: NodeJS.ProcessEnv;
  readonly logger: Logger;
  /** Shows what the service waits for. */
  readonly waits?: Waits | undefined;
  /** Stops the service: syncs end at once, other tasks may run for another `timing.drainTimeoutMs`. */
  readonly signal: AbortSignal;
  /** Called when ConductorOne has answered a call. */
  onContact?(): void;
  /** Called when a task has ended, before its end is reported. */
  onTaskEnded?(outcome: TaskOutcome): void;
  /** Called when the connector has been introduced to ConductorOne. */
  onIntroduced?(): void;
}

/** A connection that was silent for this long is checked with a ping. */
const pingIntervalMs = 30_000;
const pingTimeoutMs = 10_000;
const connectTimeoutMs = 30_000;
/** The time to report tasks that had to end. */
const reportGraceMs = 5000;

/**
 * Runs until the signal aborts, then resolves when every task has been reported.
 * @throws ServiceError when credentials or settings are unusable or ConductorOne refuses them.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { timing, logger, waits, signal, concurrency, env, syncSettings } = options;
  await using lastUpload = new LastUpload(syncSettings.maxRemovedShare, syncSettings);
  const closing = new AbortController();
  const { client, close } = connectToConductorOne(options, closing.signal);
  const drained = new AbortController();
  const hardStop = stopAfter(timing.drainTimeoutMs, signal, drained.signal, () => {
    setTimeout(() => closing.abort(stopReason()), reportGraceMs).unref();
  });
  try {
    const hello = { ...options, client, contextValues: contextValuesFor(logger) };
    await introduce(hello, timing, logger, waits);
    options.onIntroduced?.();
    const turns = new Turns();
    const syncAlone: TaskContext['syncAlone'] = (work, signal) => turns.take('sync', work, signal);
    const reports = new ReportDelivery({ client, timing, logger, waits, closing: closing.signal });
    const source = createTaskSource({ client, timing, concurrency, env });
    const next: TaskSource['next'] = async (...asked) => {
      await reports.room(signal);
      return await source.next(...asked);
    };
    const done: TaskSource['done'] = (task) => source.done(task);
    const work = (task: Task) => doTask(task, { ...options, client, hardStop, syncAlone, lastUpload, reports });
    await runTaskLoop({ source: { next, done }, work, concurrency, timing, logger, waits, signal });
    await reports.settled(closing.signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    drained.abort();
    closing.abort(stopReason());
    close();
  }
}

function connectToConductorOne(options: ServiceOptions, signal: AbortSignal): { client: BatonClient; close(): void } {
  const { program, env, timing, logger, waits } = options;
  const clientId = parseClientId(options.clientId);
  const key = parseClientSecret(options.clientSecret);
  const route = findApiRoute(clientId, env);
  const { origin, host } = route.origin;
  const sender = createHttpSender(route, { connectionsMax: 1, connectTimeoutMs });
  const tokens = new TokenProvider({
    request: async (limited) =>
      requestToken({
        sender,
        origin,
        clientId: clientId.text,
        assertion: await createAssertion({ clientId, key, now: new Date() }),
        userAgent: `baton-c1-credential-provider baton-sdk/${protocolVersion} ${program.name}/${program.version}`,
        signal: limited,
        settingNames: '--client-id and --client-secret (BATON_CLIENT_ID, BATON_CLIENT_SECRET)',
      }),
    logger,
    waits,
    retryDelayMs: timing.retryDelayMs,
    timeoutMs: timing.callTimeoutMs,
    signal,
  });
  const connection = new Http2Connection({ route, connectTimeoutMs, pingIntervalMs, pingTimeoutMs });
  const client = createBatonClient({
    connection,
    tokens,
    hostId: findHostId(env),
    userAgent: `${clientId.name} baton-sdk/${protocolVersion} ${program.name}/${program.version}`,
    callTimeoutMs: timing.callTimeoutMs,
    onContact: () => options.onContact?.(),
  });
  logger.info({ endpoint: host, host_id: client.hostId }, 'service mode');
  const close = () => {
    connection.close();
    void sender.destroy();
  };
  return { client, close };
}

interface WorkOptions extends ServiceOptions {
  readonly client: BatonClient;
  readonly hardStop: AbortSignal;
  readonly reports: ReportDelivery;
  readonly syncAlone: TaskContext['syncAlone'];
  readonly lastUpload: LastUpload;
}

/** Runs a task and reports its end. No error in it ends the service. */
async function doTask(task: Task, options: WorkOptions): Promise<void> {
  await traceTask(task, () => doTracedTask(task, options));
}

async function doTracedTask(task: Task, options: WorkOptions): Promise<void> {
  const { client, services, timing, program, hardStop: signal } = options;
  const logger = options.logger.child({ task_id: task.id, task_type: task.taskType.case ?? 'unknown' });
  const contextValues = contextValuesFor(logger);
  const stopping = new AbortController();
  const stop = () => stopping.abort(stopReason());
  if (options.signal.aborted) stop();
  options.signal.addEventListener('abort', stop);
  const taskSignal = AbortSignal.any([signal, stopping.signal]);
  try {
    if (await options.reports.offerAgain(task.id)) return;
    logger.info('task started');
    const context: TaskContext = {
      task,
      client,
      services,
      timing,
      logger,
      waits: options.waits,
      signal,
      stopping: stopping.signal,
      syncSettings: options.syncSettings,
      connect: (desc) => createInProcessClient(desc, services, { contextValues, signal }),
      sayHello: () => sendHello({ client, services, contextValues, program, signal }, task.id),
      syncAlone: options.syncAlone,
      lastUpload: options.lastUpload,
    };
    const outcome = await observeHandler(task, () => handleTask(context).catch((error: unknown) => failed(error)));
    options.onTaskEnded?.(outcome);
    const report = toReport(task.id, outcome, logger, taskSignal);
    if (report) await options.reports.deliver(report, logger);
  } catch (error) {
    logger.error({ error }, 'the task ended with an unexpected error');
  } finally {
    options.signal.removeEventListener('abort', stop);
  }
}

/** Responses are not limited in size: the calls of tasks stay in this process. */
function contextValuesFor(logger: Logger) {
  return createContextValues().set(loggerKey, logger).set(responseMaxBytesKey, Number.POSITIVE_INFINITY);
}

/** Aborts `delayMs` after `signal`, unless `settled` aborts first. */
function stopAfter(delayMs: number, signal: AbortSignal, settled: AbortSignal, then: () => void): AbortSignal {
  const hardStop = new AbortController();
  const wait = async () => {
    await pause(delayMs, settled).catch(() => {});
    if (settled.aborted) return;
    hardStop.abort(stopReason());
    then();
  };
  if (signal.aborted) void wait();
  else signal.addEventListener('abort', () => void wait(), { once: true });
  return hardStop.signal;
}

function stopReason(): ServiceError {
  return new ServiceError(Code.Unavailable, 'the connector is stopping; another replica can run the task', {
    reason: 'stopping',
  });
}
