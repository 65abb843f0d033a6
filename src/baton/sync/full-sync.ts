// Reads everything from a connector, or only some resources, and writes it to a store.
import { createContextValues } from '@connectrpc/connect';
import type { ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { type ConnectorClients, createConnectorClients } from '../client/connector-clients.ts';
import { createInProcessClient } from '../client/in-process-client.ts';
import {
  loggerKey,
  reporterKey,
  responseMaxBytesKey,
  type SessionStores,
  sessionStoresKey,
  validationKey,
} from '../services/call-context.ts';
import { checkExclusionGroups } from './check-exclusion-groups.ts';
import { externalTypeIds } from './external/external-resources.ts';
import { toCheckpointToken } from './plan/checkpoint-token.ts';
import { SyncState } from './plan/sync-state.ts';
import { retryCall, saysWhenToRetry } from './retry-calls.ts';
import { RunNotes } from './run-notes.ts';
import { runPlan } from './run-plan.ts';
import type { FullSyncOptions, GrantCounts, SyncContext } from './sync-context.ts';
import { checkTypes } from './sync-resource-types.ts';
import { childListings } from './sync-resources.ts';
import { syncRelatedResources } from './sync-targets.ts';

/** What a sync has done. */
export interface FullSyncResult {
  /** How many grants were listed. A grant on two pages is counted twice. */
  readonly grants: GrantCounts;
  /** The last checkpoint: nothing remains to be done. */
  readonly syncToken: string;
}

/**
 * Runs a sync into `options.store`. Calls the connector's Cleanup at the end, whatever the outcome.
 * @throws What {@link runPlan} throws. The store is then incomplete and must not be saved as a finished sync.
 */
export async function runFullSync(options: FullSyncOptions): Promise<FullSyncResult> {
  const ended = new AbortController();
  const context = createContext(options, AbortSignal.any([options.signal, ended.signal]));
  const { observer, connector, state } = context;
  try {
    observer.phaseStarted('validate');
    // It comes first, so a failure loses nothing, and wrong settings must show at once.
    await retryCall(
      context,
      () => 'Validate',
      () => connector.validate({}),
      saysWhenToRetry,
    );
    observer.phaseEnded('validate');
    if (options.isEmpty) return { grants: new Map(), syncToken: '' };
    if (options.checksTypes) await checkTypes(context);
    await runPlan(context);
    if (state.flags.shouldFetchRelatedResources) await syncRelatedResources(context);
    checkExclusionGroups(context.store.records);
    return { grants: context.grantCounts, syncToken: toCheckpointToken(state) };
  } finally {
    // Calls that ran ahead of a failure.
    ended.abort();
    await cleanUp(options);
  }
}

function createContext(options: FullSyncOptions, signal: AbortSignal): SyncContext {
  const { state = SyncState.start(), store, notes = new RunNotes() } = options;
  let types: readonly ResourceType[] | undefined;
  let typeIds: ReadonlySet<string> | undefined;
  const context: SyncContext = {
    ...options,
    ...connect(options, signal),
    signal,
    state,
    notes,
    types: () => {
      types ??= [...store.records.allResourceTypes()];
      return types;
    },
    referableTypes: () => {
      if (options.targets) return undefined;
      typeIds ??= new Set([
        ...context.types().map(({ id }) => id),
        ...(options.external ? externalTypeIds(options.external) : []),
      ]);
      return typeIds;
    },
    listedTypeIds: notes.listedTypeIds,
    plannedChildren: new Set(),
    grantCounts: new Map(),
  };
  // Of a run that is continued: what is stored is planned.
  for (const resource of store.records.allResources()) childListings(resource, context);
  return context;
}

function connect(options: FullSyncOptions, signal: AbortSignal): ConnectorClients {
  const { services, logger, observer } = options;
  if (typeof services === 'function') {
    return services(signal);
  }
  const contextValues = createContextValues()
    .set(loggerKey, logger)
    .set(reporterKey, observer)
    .set(validationKey, describeValidation(options))
    .set(sessionStoresKey, sessionsOf(options))
    // Nothing leaves the process, so no response can be too large.
    .set(responseMaxBytesKey, Number.POSITIVE_INFINITY);
  // The sync makes its requests of what the same connector listed.
  return createConnectorClients((desc) =>
    createInProcessClient(desc, services, { contextValues, signal, isTrusted: true }),
  );
}

/** The values of the connector are in the file, which whoever continues the sync has. */
function sessionsOf({ store }: FullSyncOptions): SessionStores {
  return {
    of: () => ({
      get: async (key) => store.sessionValue(key),
      set: async (key, value) => store.setSessionValue(key, value),
    }),
    // They go with the end of the sync, see SyncWriter.end.
    clear: async () => {},
  };
}

function describeValidation(options: FullSyncOptions) {
  const { isEmpty, targets, resourceTypeIds, skipEntitlementsAndGrants, skipGrants, store } = options;
  if (isEmpty) {
    return { isForSync: false, hasGrants: false };
  }
  const hasGrants = !(targets || skipEntitlementsAndGrants || skipGrants);
  const selected = resourceTypeIds.length === 0 ? undefined : resourceTypeIds;
  return { isForSync: true, resourceTypeIds: targets ? [] : selected, hasGrants, syncId: store.syncId };
}

/** A failed cleanup does not fail the sync: the Go syncer only logs it, too. */
async function cleanUp(options: FullSyncOptions): Promise<void> {
  // Not the signal of the sync: an aborted sync must be cleaned up as well.
  const { connector } = connect(options, AbortSignal.timeout(30_000));
  try {
    await connector.cleanup({ activeSyncId: options.store.syncId });
  } catch (error) {
    options.logger.warn({ error }, 'the connector could not clean up after the sync');
  }
}
