// The spans and metrics of a sync, with the names of the Go syncer (pkg/sync of baton-sdk v0.25.0).
import { hasTelemetry, inSpan, measure, runningSpan, type Span } from '../instruments/telemetry.ts';
import type { ActionInit, Operation } from './plan/sync-action.ts';
import type { FullSyncOptions } from './sync-context.ts';
import type { SyncObserver, SyncPhase } from './sync-observer.ts';

/** By phase: its step in the attributes of a sync, which are those of Go where that has the step. */
const stepNames: Readonly<Record<SyncPhase, string>> = {
  validate: 'validate',
  'resource types': 'list_resource_types',
  resources: 'list_resources',
  entitlements: 'list_entitlements',
  grants: 'list_grants',
  'external resources': 'list_external_resources',
  expansion: 'grant_expansion',
  file: 'save',
};

const operationNames: Readonly<Record<Operation, string>> = {
  init: 'syncer.Init',
  'list-resource-types': 'syncer.SyncResourceTypes',
  'list-resources': 'syncer.SyncResources',
  'targeted-resource-sync': 'syncer.SyncTargetedResource',
  'list-static-entitlements': 'syncer.SyncStaticEntitlements',
  'list-entitlements': 'syncer.SyncEntitlements',
  'list-grants': 'syncer.SyncGrants',
  'list-external-resources': 'syncer.SyncExternalResources',
  'grant-expansion': 'syncer.SyncGrantExpansion',
};

/** Runs a sync within its span, and measures it. */
export async function observeSync<Synced extends { readonly type: string }>(
  { observer, workers, signal }: Pick<FullSyncOptions, 'observer' | 'workers' | 'signal'>,
  sync: (observer: SyncObserver) => Promise<Synced>,
): Promise<Synced> {
  if (!hasTelemetry()) return await sync(observer);
  const startedAtMs = performance.now();
  const end = (type: string | undefined, outcome: string) => {
    const attributes = { 'sync.type': type, 'baton.sync.outcome': outcome };
    measure('baton.sync.duration', (performance.now() - startedAtMs) / 1000, attributes);
  };
  return await inSpan('syncer.Sync', { attributes: { 'sync.worker_count': workers } }, async (span) => {
    try {
      const synced = await sync(observePhases(observer, span));
      end(synced.type, 'succeeded');
      measure('baton.sync.last_success.time', Date.now() / 1000, { 'sync.type': synced.type });
      return synced;
    } catch (error) {
      end(undefined, signal.aborted ? 'stopped' : 'failed');
      throw error;
    }
  });
}

/** Adds which run it is to the span of the sync. */
export function nameRun({ syncId, type }: { readonly syncId: string; readonly type: string }): void {
  runningSpan()?.setAttributes({ sync_id: syncId, 'sync.type': type });
}

/**
 * Does the work of an action within a span. As in Go, that has a trace of its own with a link to the sync: a sync has any
 * number of actions.
 */
export async function inActionSpan<Result>(action: ActionInit, work: () => Promise<Result>): Promise<Result> {
  const attributes = { resource_type_id: action.resourceTypeId || undefined };
  return await inSpan(operationNames[action.operation], { start: 'linked', attributes }, work);
}

function observePhases(observer: SyncObserver, span: Span): SyncObserver {
  const startedAtMs = new Map<SyncPhase, number>();
  return {
    countSkipped: (...given) => observer.countSkipped(...given),
    warn: (...given) => observer.warn(...given),
    progress: (...given) => observer.progress(...given),
    startedOver: () => observer.startedOver(),
    phaseStarted: (phase) => {
      startedAtMs.set(phase, performance.now());
      observer.phaseStarted(phase);
    },
    pageWritten: (phase, counts) => {
      for (const [kind, count] of Object.entries(counts)) {
        measure('baton.sync.rows', count, { 'baton.sync.phase': phase, 'baton.sync.kind': kind });
      }
      observer.pageWritten(phase, counts);
    },
    phaseEnded: (phase) => {
      const durationMs = performance.now() - (startedAtMs.get(phase) ?? performance.now());
      span.setAttributes({ [`sync.step.${stepNames[phase]}.duration_ms`]: Math.round(durationMs) });
      observer.phaseEnded(phase);
    },
  };
}
