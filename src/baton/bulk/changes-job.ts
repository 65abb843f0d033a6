// --changes: applies the changes of a file, and keeps their results.
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import type { Naming } from '../author/naming.ts';
import { UsageError } from '../author/usage-error.ts';
import type { Settings } from '../config/field.ts';
import { changes as changesField, changesResults } from '../config/fields/run.ts';
import { countWorkers, parallelSync, workers } from '../config/fields/sync.ts';
import type { JobContext, OnDemandJob } from '../on-demand/on-demand-job.ts';
import { createOwnContext } from '../services/call-context.ts';
import { applyAll } from './apply-all.ts';
import type { Bulk } from './bulk.ts';
import { findKinds } from './change-kind.ts';
import { checkRows } from './check-rows.ts';
import { readRows } from './read-rows.ts';
import { ResultWriter, readResults } from './result-file.ts';
import { tryAll } from './try-all.ts';

/** Most of a change is waiting for the application. */
const concurrencyDefault = 4;

export const changesJob: OnDemandJob = {
  spanName: 'localChanges.Process',
  requestedBy: [changesField],
  isChange: true,
  runsDry: true,
  countConcurrentCalls: countCalls,
  async run(context) {
    const { settings, host, connector, recorder } = context;
    const { naming } = connector;
    if (!naming) throw new UsageError([`${settings.placeOf(changesField)}: this connector does not support it`]);
    const path = resolve(host.cwd, settings.get(changesField) ?? '');
    const changes = await readChanges(context, naming, path);
    const header = { program: context.programName, target: naming.target };
    const resultsPath = resolve(host.cwd, settings.get(changesResults) ?? `${path}.results.ndjson`);
    const earlier = await readResults(resultsPath, header);
    const pending = changes.filter(({ fingerprint }) => !earlier.done.has(fingerprint));
    const bulk: Bulk = { context, naming, concurrency: countCalls(settings), changes, pending, earlier };
    if (recorder) return await tryAll(bulk, recorder);
    await using writer = await ResultWriter.open(resultsPath, header, earlier);
    return await applyAll(bulk, writer);
  },
};

function countCalls(settings: Settings): number {
  const isChosen = [workers, parallelSync].some((field) => settings.sourceOf(field) !== 'default');
  return isChosen ? countWorkers(settings, availableParallelism()) : concurrencyDefault;
}

async function readChanges({ connector, logger, host }: JobContext, naming: Naming, path: string) {
  return await checkRows(await readRows(path), {
    kinds: findKinds(connector),
    naming,
    path: basename(path),
    context: createOwnContext(logger, host.signal),
  });
}
