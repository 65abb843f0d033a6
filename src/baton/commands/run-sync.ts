// Runs one full sync into a .c1z file.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Code, ServiceError } from '../author/service-error.ts';
import { keptFullRunsDefault } from '../c1z/tables/retention.ts';
import type { Invocation } from '../command-line/command.ts';
import { AdvisedFailure } from '../command-line/report-failure.ts';
import {
  compare,
  maxRemoved,
  noResume,
  noWait,
  output,
  parseShare,
  syncRetryTimeout,
  syncTimeLimit,
} from '../config/fields/run.ts';
import { healthCheck, provisioning, ticketing } from '../config/fields/service-mode.ts';
import {
  countWorkers,
  file,
  readExternalResources,
  skipEntitlementsAndGrants,
  skipFullSync,
  skipGrants,
  syncResources,
  syncResourceTypes,
} from '../config/fields/sync.ts';
import { readSwitch } from '../config/parse-switch.ts';
import { readMaxDatabaseBytes } from '../config/size-limit.ts';
import { readTemporaryFolder } from '../config/temporary-folder.ts';
import { readVariable } from '../config/unquote.ts';
import { inSpan } from '../instruments/telemetry.ts';
import { timerMaxMs, withTimeLimit } from '../net/abort.ts';
import { escapeControls } from '../net/escape-controls.ts';
import { createConnectorServices } from '../services/connector-services.ts';
import { readExpansionLimits } from '../sync/expansion-limits.ts';
import { createLogDisplay, createTerminalDisplay } from '../sync/sync-display.ts';
import { formatSummary, summarizeSync } from '../sync/sync-summary.ts';
import { SyncTally } from '../sync/sync-tally.ts';
import { readTargets } from '../sync/sync-targets.ts';
import { readBulkLoad, syncToFile } from '../sync/sync-to-file.ts';

/** Returns the exit code. */
export async function runSync(invocation: Invocation): Promise<number> {
  const { program, settings, logger, waits, live, userAgent, host } = invocation;
  const startedAtMs = performance.now();
  // Variables are for all commands: the image sets this one for service mode. A flag is always meant.
  if (settings.get(healthCheck) && settings.sourceOf(healthCheck) === 'flag') {
    logger.warn(`${settings.placeOf(healthCheck)} has no effect on a single sync: it is for serve and service mode`);
  }
  const connector = program.connector(settings, { logger, waits, userAgent, env: host.env });
  const display = live ? createTerminalDisplay(host.stderr, live) : createLogDisplay(logger);
  const tally = new SyncTally((event) => display(tally, event));
  const path = resolve(host.cwd, settings.get(file));
  let isKept = false;
  const isCompared = settings.sourceOf(compare) === 'default' ? host.stdout.isTTY === true : settings.get(compare);
  const maxRemovedShare = parseShare(settings.get(maxRemoved) ?? '');
  const sync = (signal: AbortSignal) =>
    syncToFile({
      path,
      temporaryFolder: readTemporaryFolder(settings, host.env),
      bulkLoad: readBulkLoad(host.env),
      maxDatabaseBytes: readMaxDatabaseBytes(host.env, logger),
      expansion: readExpansionLimits(host.env),
      keptFullSyncs: readKeptFullSyncs(invocation),
      services: createConnectorServices(connector, {
        provisioning: settings.get(provisioning),
        ticketing: settings.get(ticketing),
        waits,
      }),
      logger,
      waits,
      observer: tally,
      signal,
      resourceTypeIds: settings.get(syncResourceTypes),
      skipEntitlementsAndGrants: settings.get(skipEntitlementsAndGrants),
      skipGrants: settings.get(skipGrants),
      targets: readTargets(settings.get(syncResources)),
      externalResources: readExternalResources(settings, host.cwd),
      isEmpty: settings.get(skipFullSync),
      workers: countWorkers(settings, availableParallelism()),
      callRetry: { timeoutMs: settings.get(syncRetryTimeout) },
      waitsForLock: !settings.get(noWait),
      compare: isCompared || maxRemovedShare !== undefined ? { maxRemovedShare } : undefined,
      resume: {
        identity: identify(invocation),
        mayContinue: !settings.get(noResume),
        onKept: () => {
          isKept = true;
        },
      },
    });
  try {
    const synced = await inSpan('localSyncer.Process', { start: 'root' }, () =>
      withSyncTimeLimit(settings.get(syncTimeLimit), host.signal, sync),
    );
    const durationMs = performance.now() - startedAtMs;
    const summary = summarizeSync(synced, tally, connector.statistics?.(), durationMs, isCompared);
    host.stdout.write(
      settings.get(output) === 'json'
        ? `${escapeControls(JSON.stringify(summary))}\n`
        : formatSummary(summary, isCompared ? synced.changes : undefined),
    );
    return 0;
  } catch (error) {
    tally.failed();
    const left = { path, isKept, isStopped: host.signal.aborted };
    const advice = joinAdvice(left, connector.adviseAfterFailure?.());
    throw advice === undefined ? error : new AdvisedFailure(error, advice);
  } finally {
    await connector.close?.();
  }
}

interface Left {
  /** Of the file. */
  readonly path: string;
  readonly isKept: boolean;
  readonly isStopped: boolean;
}

/** What is left of a sync that failed or was stopped. One that is kept needs no other advice, unless its folder is lost. */
function joinAdvice({ path, isKept, isStopped }: Left, connectorAdvice: string | undefined): string | undefined {
  const nothing = isStopped ? `Nothing of this sync is kept, and ${path} was not changed` : undefined;
  if (!isKept) return [nothing, connectorAdvice].filter(Boolean).join('. ') || undefined;
  const advice = `What was synced is kept in the folder for temporary files for 7 days, and ${path} was not changed. To continue, run the same command again; to start over, add --no-resume`;
  return connectorAdvice ? `${advice}. If that folder is lost, such as with a container: ${connectorAdvice}` : advice;
}

/** The connector that a sync is of. Neither secrets nor settings that the program excludes are part of it. */
function identify({ program, settings }: Invocation): string {
  const { name, version, fields, resumeIgnores = [] } = program;
  const relevant = fields.filter((field) => !field.secret && !resumeIgnores.includes(field));
  return JSON.stringify([name, version, ...relevant.map((field) => [field.name, settings.get(field)])]);
}

async function withSyncTimeLimit<Result>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  // No timer is that long.
  if (timeoutMs > timerMaxMs) return await work(signal);
  const timeoutError = () =>
    new ServiceError(Code.DeadlineExceeded, `the sync has reached --${syncTimeLimit.name} and stopped`, {
      reason: 'sync_time_limit',
    });
  return await withTimeLimit({ timeoutMs, signal, timeoutError }, work);
}

/** Reads the Go SDK's variables for which syncs to keep in the file: `BATON_SKIP_CLEANUP`, `BATON_KEEP_SYNC_COUNT`. */
function readKeptFullSyncs({ host: { env }, logger }: Invocation): number | undefined {
  if (readSwitch(env.BATON_SKIP_CLEANUP)) {
    return undefined;
  }
  const count = Number(readVariable(env, 'BATON_KEEP_SYNC_COUNT') ?? '');
  if (Number.isSafeInteger(count) && count > 0) {
    return count;
  }
  if (env.BATON_KEEP_SYNC_COUNT) {
    logger.warn(`BATON_KEEP_SYNC_COUNT ignored: it must be a positive integer; keeping ${keptFullRunsDefault} syncs`);
  }
  return keptFullRunsDefault;
}
