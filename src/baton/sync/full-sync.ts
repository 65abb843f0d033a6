// Reads everything from a connector, or only some resources, in the order of the Go syncer, and writes it to a store.
import type { DescMessage } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { createContextValues } from '@connectrpc/connect';
import { SkipEntitlementsAndGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import { type ConnectorClients, createConnectorClients } from '../client/connector-clients.ts';
import { createInProcessClient } from '../client/in-process-client.ts';
import { loggerKey, reporterKey, responseMaxBytesKey, validationKey } from '../services/call-context.ts';
import { isTypeScoped } from './list-scopes.ts';
import { PrefetchedGrants } from './prefetched-grants.ts';
import type { FullSyncOptions, SyncContext } from './sync-context.ts';
import { syncEntitlements, syncStaticEntitlements } from './sync-entitlements.ts';
import { type GrantCounts, syncGrants } from './sync-grants.ts';
import type { SyncPhase } from './sync-observer.ts';
import { syncResources } from './sync-resources.ts';
import { syncRelatedResources, syncTargets } from './sync-targets.ts';

const noGrants: GrantCounts = new Map();

/**
 * Runs a sync into `options.store`. Calls the connector's Cleanup at the end, whatever the outcome.
 * @returns How many grants were listed. A grant on two pages is counted twice.
 * @throws What the connector's calls throw; ServiceError for a response that breaks the protocol. The store is then
 * incomplete and must not be saved.
 */
export async function runFullSync(options: FullSyncOptions): Promise<GrantCounts> {
  const context = { ...options, ...connect(options, options.signal) };
  // A targeted sync does not ask for the entitlements and grants of whole types.
  const inReach = (types: readonly ResourceType[], typeScope: DescMessage) =>
    options.targets ? types.filter((type) => !isTypeScoped(type, typeScope)) : types;
  let prefetched: PrefetchedGrants | undefined;
  try {
    await inPhase(context, 'validate', () => context.connector.validate({}));
    if (options.isEmpty) {
      return noGrants;
    }
    const types = await inPhase(context, 'resource types', () => readResourceTypes(context));
    const { targets } = context;
    const typesWithGrants = types.filter((type) => !hasAnnotation(type, SkipEntitlementsAndGrantsSchema));
    if (!(targets || options.skipEntitlementsAndGrants || options.skipGrants)) {
      const { signal, store } = options;
      prefetched = new PrefetchedGrants(typesWithGrants, (signal) => connect(options, signal), {
        signal,
        syncId: store.syncId,
      });
    }
    await inPhase(context, 'resources', () =>
      targets ? syncTargets(context, targets, types) : syncResources(context, types),
    );
    if (options.skipEntitlementsAndGrants) {
      return noGrants;
    }
    await inPhase(context, 'entitlements', async () => {
      await syncStaticEntitlements(context, types);
      await syncEntitlements(context, inReach(typesWithGrants, TypeScopedEntitlementsSchema));
    });
    if (options.skipGrants) {
      return noGrants;
    }
    return await inPhase(context, 'grants', async () => {
      const counts = await syncGrants(context, inReach(typesWithGrants, TypeScopedGrantsSchema), prefetched);
      if (targets) await syncRelatedResources(context);
      return counts;
    });
  } finally {
    prefetched?.close();
    await cleanUp(context);
  }
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
    // Nothing leaves the process, so no response can be too large.
    .set(responseMaxBytesKey, Number.POSITIVE_INFINITY);
  // The sync makes its requests of what the same connector listed.
  return createConnectorClients((desc) =>
    createInProcessClient(desc, services, { contextValues, signal, isTrusted: true }),
  );
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

function hasAnnotation({ annotations }: ResourceType, schema: DescMessage): boolean {
  return annotations.some((any) => anyIs(any, schema));
}

async function inPhase<Result>(
  { observer }: SyncContext,
  phase: SyncPhase,
  work: () => Promise<Result>,
): Promise<Result> {
  observer.phaseStarted(phase);
  const result = await work();
  observer.phaseEnded(phase);
  return result;
}

async function readResourceTypes({
  resourceTypes,
  store,
  resourceTypeIds,
  observer,
}: SyncContext): Promise<ResourceType[]> {
  const { list } = await resourceTypes.listResourceTypes({ activeSyncId: store.syncId });
  const unknown = resourceTypeIds.filter((id) => !list.some((type) => type.id === id));
  if (unknown.length > 0) {
    const known = list.map((type) => type.id).join(', ');
    throw new ServiceError(
      Code.InvalidArgument,
      `--sync-resource-types: invalid resource type ${unknown.map((id) => `'${id}'`).join(', ')} in filter; this connector has: ${known}`,
      { reason: 'unknown_resource_type' },
    );
  }
  const selected = resourceTypeIds.length === 0 ? list : list.filter((type) => resourceTypeIds.includes(type.id));
  store.putResourceTypes(selected);
  observer.pageWritten('resource types', { 'resource type': selected.length });
  return selected;
}

/** A failed cleanup does not fail the sync: the Go syncer only logs it, too. */
async function cleanUp(context: SyncContext): Promise<void> {
  // Not the signal of the sync: an aborted sync must be cleaned up as well.
  const { connector } = connect(context, AbortSignal.timeout(30_000));
  try {
    await connector.cleanup({ activeSyncId: context.store.syncId });
  } catch (error) {
    context.logger.warn({ error }, 'the connector could not clean up after the sync');
  }
}
