// A sync: asks a connector for everything, or for some resources, in the order of the Go syncer, and writes it to a store.
import type { DescMessage } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { createContextValues } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { SkipEntitlementsAndGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import type { SyncWriter } from '../c1z/sync-writer.ts';
import { type ConnectorClients, createConnectorClients } from '../client/connector-clients.ts';
import { createInProcessClient } from '../client/in-process-client.ts';
import { loggerKey, reporterKey, responseMaxBytesKey, validationKey } from '../services/call-context.ts';
import type { ServiceEntry } from '../services/service-entry.ts';
import { EarlyGrants } from './prefetched-grants.ts';
import { syncEntitlements, syncStaticEntitlements } from './sync-entitlements.ts';
import { syncGrants } from './sync-grants.ts';
import type { SyncObserver, SyncPhase } from './sync-observer.ts';
import { syncResources } from './sync-resources.ts';
import { type SyncTarget, syncRelatedResources, syncTargets } from './sync-targets.ts';

export interface FullSyncOptions {
  /** The connector: its services in this process, or what makes clients of one elsewhere, whose calls `signal` aborts. */
  readonly services: readonly ServiceEntry[] | ((signal: AbortSignal) => ConnectorClients);
  readonly store: SyncWriter;
  readonly logger: Logger;
  readonly observer: SyncObserver;
  readonly signal: AbortSignal;
  /** Only these resource types; empty for all. */
  readonly resourceTypeIds: readonly string[];
  readonly skipEntitlementsAndGrants: boolean;
  /** Everything but grants. */
  readonly skipGrants?: boolean;
  /** Only these resources, and what is below them and in them. */
  readonly targets?: readonly SyncTarget[] | undefined;
  /** Only validates, and reads nothing: `--skip-full-sync`. */
  readonly isEmpty: boolean;
  /** How many listings of resources run at a time, at least 1. */
  readonly workers: number;
}

/** The typed clients of one sync, and what all of its steps share. */
export interface SyncRun extends FullSyncOptions, ConnectorClients {}

/**
 * Runs a full sync into `options.store`. The connector's Cleanup is called at the end, whatever the outcome.
 * @throws what the connector answers; ServiceError for an answer that breaks the protocol. The store is then incomplete,
 * and must not be kept.
 */
export async function runFullSync(options: FullSyncOptions): Promise<void> {
  const run = { ...options, ...connect(options, options.signal) };
  // What is asked for a whole type is no part of a targeted sync.
  const inReach = (types: readonly ResourceType[], typeScope: DescMessage) =>
    options.targets ? types.filter((type) => !hasAnnotation(type, typeScope)) : types;
  let early: EarlyGrants | undefined;
  try {
    await inPhase(run, 'validate', () => run.connector.validate({}));
    if (options.isEmpty) {
      return;
    }
    const types = await inPhase(run, 'resource types', () => readResourceTypes(run));
    const { targets } = run;
    const typesWithGrants = types.filter((type) => !hasAnnotation(type, SkipEntitlementsAndGrantsSchema));
    if (!(targets || options.skipEntitlementsAndGrants || options.skipGrants)) {
      const { signal, store } = options;
      early = new EarlyGrants(typesWithGrants, (signal) => connect(options, signal), { signal, syncId: store.syncId });
    }
    await inPhase(run, 'resources', () => (targets ? syncTargets(run, targets, types) : syncResources(run, types)));
    if (options.skipEntitlementsAndGrants) {
      return;
    }
    await inPhase(run, 'entitlements', async () => {
      await syncStaticEntitlements(run, types);
      await syncEntitlements(run, inReach(typesWithGrants, TypeScopedEntitlementsSchema));
    });
    if (options.skipGrants) {
      return;
    }
    await inPhase(run, 'grants', async () => {
      await syncGrants(run, inReach(typesWithGrants, TypeScopedGrantsSchema), early);
      if (targets) await syncRelatedResources(run);
    });
  } finally {
    early?.close();
    await cleanUp(run);
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
    // Nothing leaves the process, so no message can be too large.
    .set(responseMaxBytesKey, Number.POSITIVE_INFINITY);
  return createConnectorClients((desc) => createInProcessClient(desc, services, { contextValues, signal }));
}

function describeValidation(options: FullSyncOptions) {
  const { isEmpty, targets, resourceTypeIds, skipEntitlementsAndGrants, skipGrants, store } = options;
  if (isEmpty) {
    return { isForSync: false, hasGrants: false };
  }
  const hasGrants = !(targets || skipEntitlementsAndGrants || skipGrants);
  const ofSome = resourceTypeIds.length === 0 ? undefined : resourceTypeIds;
  return { isForSync: true, resourceTypeIds: targets ? [] : ofSome, hasGrants, syncId: store.syncId };
}

function hasAnnotation({ annotations }: ResourceType, schema: DescMessage): boolean {
  return annotations.some((any) => anyIs(any, schema));
}

async function inPhase<Result>({ observer }: SyncRun, phase: SyncPhase, work: () => Promise<Result>): Promise<Result> {
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
}: SyncRun): Promise<ResourceType[]> {
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
  const wanted = resourceTypeIds.length === 0 ? list : list.filter((type) => resourceTypeIds.includes(type.id));
  store.putResourceTypes(wanted);
  observer.pageWritten('resource types', { 'resource type': wanted.length });
  return wanted;
}

/** A failure to clean up is no failure of the sync: the Go syncer logs it too. */
async function cleanUp(run: SyncRun): Promise<void> {
  // A signal of its own: what was kept for a cancelled sync is to be forgotten as well.
  const { connector } = connect(run, AbortSignal.timeout(30_000));
  try {
    await connector.cleanup({ activeSyncId: run.store.syncId });
  } catch (error) {
    run.logger.warn({ error }, 'the connector could not clean up after the sync');
  }
}
