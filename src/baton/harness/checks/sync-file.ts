// The check that the connector can be synced into a file.
import { keptFullRunsDefault } from '../../c1z/tables/retention.ts';
import { createConnectorClients } from '../../client/connector-clients.ts';
import { describeError } from '../../log/describe-error.ts';
import { wholeSync } from '../../sync/sync-context.ts';
import { SyncTally } from '../../sync/sync-tally.ts';
import { syncToFile } from '../../sync/sync-to-file.ts';
import { type CallCheck, failed, notApplicable, passed } from '../check.ts';
import { itemKinds } from '../walked.ts';

/** The maximum number of warnings to show. */
const warningsMax = 10;

const syncsToFile: CallCheck = {
  id: 'syncs-to-file',
  title: 'A full sync through these calls produces a .c1z file with all that was listed before (--file)',
  judge: async ({ target, file, logger, walked }) => {
    if (!file) {
      return notApplicable('--file was not given');
    }
    const tally = new SyncTally(() => {});
    try {
      const { saved, stats, syncId } = await syncToFile({
        ...file,
        keptFullSyncs: keptFullRunsDefault,
        services: (signal) => createConnectorClients((desc) => target.withOptions({ signal }).client(desc)),
        logger,
        waits: target.waits,
        observer: tally,
        signal: target.signal,
        ...wholeSync,
      });
      const { resources, entitlements, grants } = stats;
      const text = `${saved.path}: ${resources} resources, ${entitlements} entitlements and ${grants} grants, sync ${syncId}`;
      const missing = itemKinds.filter((kind) => walked.ids[kind].size > stats[kind]);
      const lines = [
        text,
        ...missing.map((kind) => `the walk found ${walked.ids[kind].size} ${kind}, the file has ${stats[kind]}`),
        ...Array.from(tally.skippedCounts, ([reason, count]) => `skipped: ${count} ${reason}`),
        ...describeWarnings(tally.warnings),
      ];
      return (missing.length > 0 ? failed : passed)(lines.join('\n'));
    } catch (error) {
      target.signal.throwIfAborted();
      return failed(describeError(error));
    }
  },
};

function describeWarnings(warnings: readonly string[]): readonly string[] {
  const more = warnings.length - warningsMax;
  return [
    ...warnings.slice(0, warningsMax).map((warning) => `warning: ${warning}`),
    ...(more > 0 ? [`and ${more} more warnings`] : []),
  ];
}

export const syncFileChecks = [syncsToFile];
