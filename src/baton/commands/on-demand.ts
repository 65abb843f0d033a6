// The default command when a setting requests something other than a sync: a change, events or an action.
import { createContextValues } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { UsageError } from '../author/usage-error.ts';
import { changesJob } from '../bulk/changes-job.ts';
import { createInProcessClient } from '../client/in-process-client.ts';
import type { Invocation } from '../command-line/command.ts';
import { AdvisedFailure } from '../command-line/report-failure.ts';
import type { Settings } from '../config/field.ts';
import { dryRun, output, passwordFile } from '../config/fields/run.ts';
import { inSpan } from '../instruments/telemetry.ts';
import { escapeControls } from '../net/escape-controls.ts';
import { invokeActionJob, listActionSchemasJob } from '../on-demand/actions.ts';
import { createAccountJob } from '../on-demand/create-account.ts';
import { runDry } from '../on-demand/dry-run-job.ts';
import { grantJob, revokeJob } from '../on-demand/grants.ts';
import type { JobContext, OnDemandJob } from '../on-demand/on-demand-job.ts';
import { readEventsJob } from '../on-demand/read-events.ts';
import { deleteResourceJob, rotateCredentialsJob } from '../on-demand/resources.ts';
import { WriteRecorder } from '../on-demand/write-recorder.ts';
import { loggerKey, responseMaxBytesKey } from '../services/call-context.ts';
import { createConnectorServices } from '../services/connector-services.ts';

const jobs: readonly OnDemandJob[] = [
  grantJob,
  revokeJob,
  createAccountJob,
  deleteResourceJob,
  rotateCredentialsJob,
  readEventsJob,
  invokeActionJob,
  listActionSchemasJob,
  changesJob,
];

/** The jobs that can receive a password. */
const passwordJobs = [createAccountJob, rotateCredentialsJob];

/** The requested job, and the settings that request it. */
interface RequestedJob {
  readonly job: OnDemandJob;
  /** For messages: `--grant-entitlement`. */
  readonly flags: readonly string[];
}

/**
 * Finds the job that the settings request, if any.
 * @throws UsageError when they request several: Go connectors would silently do only one.
 */
export function chooseJob(settings: Settings): RequestedJob | undefined {
  const requested = jobs
    .filter((job) =>
      job.isRequested ? job.isRequested(settings) : job.requestedBy.some((field) => Boolean(settings.get(field))),
    )
    .map((job) => ({
      job,
      flags: job.requestedBy.filter((field) => Boolean(settings.get(field))).map((field) => settings.placeOf(field)),
    }));
  const [first, ...others] = requested;
  if (others.length > 0) {
    const flags = requested.map(({ flags: [flag = ''] }) => flag);
    throw new UsageError([`${new Intl.ListFormat('en').format(flags)} are mutually exclusive: set only one`]);
  }
  if (settings.get(passwordFile) && !(first && passwordJobs.includes(first.job))) {
    const flags = passwordJobs.map(({ requestedBy: [field] }) => `--${field?.name}`);
    throw new UsageError([
      `${settings.placeOf(passwordFile)} requires ${new Intl.ListFormat('en', { type: 'disjunction' }).format(flags)}`,
    ]);
  }
  if (settings.get(dryRun) && !first?.job.isChange) {
    const flags = jobs.filter(({ isChange }) => isChange).map(({ requestedBy: [field] }) => `--${field?.name}`);
    throw new UsageError([
      `${settings.placeOf(dryRun)} requires ${new Intl.ListFormat('en', { type: 'disjunction' }).format(flags)}`,
    ]);
  }
  return first;
}

/** Runs a job and prints its result. A requested change needs no `--provisioning`. Returns the exit code. */
export async function runOnDemand(invocation: Invocation, { job }: RequestedJob): Promise<number> {
  const { program, settings, logger, waits, live, userAgent, host } = invocation;
  const recorder = settings.get(dryRun) ? new WriteRecorder() : undefined;
  const connector = program.connector(settings, {
    logger,
    waits,
    userAgent,
    env: host.env,
    concurrency: job.countConcurrentCalls?.(settings),
    dryRun: recorder,
  });
  try {
    if (recorder && !connector.supportsDryRun) {
      throw new UsageError([`${settings.placeOf(dryRun)}: this connector does not support it; nothing was done`]);
    }
    const services = createConnectorServices(connector, { provisioning: true, ticketing: false, waits });
    const contextValues = (logger: Logger) =>
      createContextValues().set(loggerKey, logger).set(responseMaxBytesKey, Number.POSITIVE_INFINITY);
    const isForScripts = settings.get(output) === 'json';
    const context: JobContext = {
      settings,
      host,
      isForScripts,
      connector,
      programName: program.name,
      logger,
      live,
      recorder,
      connect: (desc, options = {}) =>
        createInProcessClient(desc, services, {
          contextValues: contextValues(options.logger ?? logger),
          signal: options.signal ?? host.signal,
        }),
    };
    const run = () => inSpan(job.spanName, { start: 'root' }, () => job.run(context));
    const { record, lines, exitCode = 0 } = recorder && !job.runsDry ? await runDry(run, recorder) : await run();
    const shown = (isForScripts ? [JSON.stringify(record)] : lines).map((line) => `${escapeControls(line)}\n`);
    host.stdout.write(shown.join(''));
    return exitCode;
  } catch (error) {
    if (!host.signal.aborted || !job.isChange || recorder) throw error;
    throw new AdvisedFailure(
      error,
      'The change may or may not have been made. It is safe to run the same command again',
    );
  } finally {
    await connector.close?.();
  }
}
