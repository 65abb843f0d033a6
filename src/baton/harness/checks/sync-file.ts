// The check that the connector can be synced into a file.
import { keptFullRunsDefault } from '../../c1z/tables/retention.ts';
import { createConnectorClients } from '../../client/connector-clients.ts';
import { describeError } from '../../log/describe-error.ts';
import { SyncTally } from '../../sync/sync-tally.ts';
import { syncToFile } from '../../sync/sync-to-file.ts';
import { type CallCheck, failed, notApplicable, passed } from '../check.ts';

const syncsToFile: CallCheck = {
  id: 'syncs-to-file',
  title: 'A full sync through these calls produces a .c1z file (--file)',
  judge: async ({ target, file, logger }) => {
    if (!file) {
      return notApplicable('--file was not given');
    }
    try {
      const { saved, stats, syncId } = await syncToFile({
        ...file,
        keptFullSyncs: keptFullRunsDefault,
        services: (signal) => createConnectorClients((desc) => target.withOptions({ signal }).client(desc)),
        logger,
        observer: new SyncTally(() => {}),
        signal: target.signal,
        resourceTypeIds: [],
        skipEntitlementsAndGrants: false,
        isEmpty: false,
        workers: 1,
      });
      const { resources, entitlements, grants } = stats;
      return passed(
        `${saved.path}: ${resources} resources, ${entitlements} entitlements and ${grants} grants, sync ${syncId}`,
      );
    } catch (error) {
      target.signal.throwIfAborted();
      return failed(describeError(error));
    }
  },
};

export const syncFileChecks = [syncsToFile];
