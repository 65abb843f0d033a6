// Task sync_full: a full sync and the upload of its file.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Task_SyncFullTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { TemporaryFolder } from '../../c1z/file/temporary-folder.ts';
import { inSpan } from '../../instruments/telemetry.ts';
import { createLogDisplay } from '../../sync/sync-display.ts';
import { SyncTally } from '../../sync/sync-tally.ts';
import { syncToFile } from '../../sync/sync-to-file.ts';
import { openDebugLog } from './debug-log.ts';
import { whileHeartbeating } from './heartbeat.ts';
import type { TaskContext, TaskHandler } from './task-context.ts';
import { uploadFile } from './upload-file.ts';

/**
 * Sends heartbeats until the file is uploaded. If the first one fails, it does nothing and reports nothing. The file is
 * in a folder of its own, which is always removed.
 */
export const handleSyncFull: TaskHandler<Task_SyncFullTask> = async (sync, context) => {
  const { client, task, timing, logger, syncSettings, signal } = context;
  const folder = await TemporaryFolder.make(syncSettings.temporaryFolder ?? tmpdir(), 'baton-sync-upload-');
  try {
    const begun = await whileHeartbeating({ client, taskId: task.id, timing, logger, signal }, (workSignal) =>
      context.syncAlone(() => syncAndUpload(sync, { ...context, signal: workSignal }, folder.path), workSignal),
    );
    return begun ? { kind: 'succeeded', annotations: [] } : { kind: 'unreported' };
  } finally {
    await folder.remove();
  }
};

async function syncAndUpload(sync: Task_SyncFullTask, context: TaskContext, folder: string): Promise<void> {
  const { client, task, timing, signal, syncSettings } = context;
  await using debugLog = task.debug
    ? openDebugLog(join(folder, 'debug.log'), context.logger, syncSettings.secrets)
    : undefined;
  const logger = debugLog?.logger ?? context.logger;
  const path = join(folder, 'sync.c1z');
  // When the program stops, the sync ends, since another replica can redo it; an upload that has begun continues.
  const scope = await inSpan('fullSyncTaskHandler.sync', {}, () =>
    syncInto(path, sync, { ...context, logger, signal: AbortSignal.any([signal, context.stopping]) }, folder),
  );
  const upload = { client, taskId: task.id, logger, waits: context.waits, signal, uploadDelayMs: timing.uploadDelayMs };
  if (scope !== undefined) {
    await context.lastUpload.check(path, scope, logger, AbortSignal.any([signal, context.stopping]));
  }
  await uploadFile({ ...upload, path });
  if (scope !== undefined) {
    await context.lastUpload.keep(path, scope).catch((error: unknown) => {
      logger.warn({ error }, 'cannot keep the uploaded sync: the next one will not be compared with it');
    });
  }
  if (debugLog) {
    await debugLog.close();
    await uploadFile({ ...upload, path: debugLog.path });
  }
}

/** @returns What the sync was asked to list, if it is one to compare others with. */
async function syncInto(
  path: string,
  sync: Task_SyncFullTask,
  { logger, waits, services, signal, syncSettings }: TaskContext,
  folder: string,
): Promise<string | undefined> {
  logDifferences(sync, logger);
  const display = createLogDisplay(logger);
  const tally = new SyncTally((event) => display(tally, event));
  const resourceTypeIds = sync.syncResourceTypeIds.length > 0 ? sync.syncResourceTypeIds : syncSettings.resourceTypeIds;
  const { syncId, type, saved } = await syncToFile({
    path,
    temporaryFolder: folder,
    bulkLoad: syncSettings.bulkLoad,
    maxDatabaseBytes: syncSettings.maxDatabaseBytes,
    expansion: syncSettings.expansion,
    keptFullSyncs: undefined,
    services,
    logger,
    waits,
    observer: tally,
    signal,
    resourceTypeIds,
    skipEntitlementsAndGrants: sync.skipEntitlementsAndGrants,
    skipGrants: sync.skipGrants,
    skipExpandGrants: sync.skipExpandGrants,
    targets: syncSettings.targets ?? (sync.targetedSyncResources.length > 0 ? sync.targetedSyncResources : undefined),
    externalResources: syncSettings.externalResources,
    isEmpty: syncSettings.skipFullSync,
    workers: syncSettings.workers,
    callRetry: syncSettings.callRetry,
  });
  const skipped = Object.fromEntries(tally.skippedCounts);
  logger.info({ sync_id: syncId, sync_type: type, bytes: saved.fileBytes, skipped }, 'synced');
  if (type !== 'full' || syncSettings.skipFullSync || sync.skipGrants) return undefined;
  return JSON.stringify([resourceTypeIds.toSorted(), sync.skipExpandGrants]);
}

/** Logs what a task requests and does not get. */
function logDifferences(sync: Task_SyncFullTask, logger: Logger): void {
  if (sync.storageEngine === 'pebble') {
    logger.info('the task requests storage engine pebble; the file uses sqlite');
  }
  if (sync.skipExpandGrants) {
    logger.debug('grants are not expanded: ConductorOne does that');
  }
}
