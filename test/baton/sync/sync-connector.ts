// Runs a sync of a connector in this process, and reads what it stored.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import pino from 'pino';
import { type GrantExpandable, GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { Connector, ResourceSyncer } from '../../../src/baton/author/connector.ts';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { runFullSync } from '../../../src/baton/sync/full-sync.ts';
import type { FullSyncOptions } from '../../../src/baton/sync/sync-context.ts';
import { wholeSync } from '../../../src/baton/sync/sync-context.ts';

export interface SyncResult {
  readonly syncId: string;
  readonly resourceTypes: ResourceType[];
  readonly resources: Resource[];
  readonly entitlements: Entitlement[];
  readonly grants: Grant[];
  /** What is to be expanded, by the grant's id. */
  readonly expansions: Readonly<Record<string, GrantExpandable>>;
  readonly events: string[];
}

/** Syncs into a file, and reads what was written to it. Other services can be passed as an option. */
export async function sync(connector: Connector, options: Partial<FullSyncOptions> = {}): Promise<SyncResult> {
  const folder = await mkdtemp(join(tmpdir(), 'full-sync-test-'));
  const events: string[] = [];
  try {
    await using file = await openC1z(join(folder, 'sync.c1z'));
    const store = file.startSync({ type: 'full' });
    await runFullSync({
      services: createConnectorServices(connector, { provisioning: false, ticketing: false }),
      store,
      logger: pino({ level: 'silent' }),
      observer: {
        phaseStarted: (phase) => events.push(`start ${phase}`),
        phaseEnded: (phase) => events.push(`end ${phase}`),
        startedOver: () => events.push('start over'),
        pageWritten: (phase, counts) => events.push(`${phase}: ${JSON.stringify(counts)}`),
        countSkipped: (reason, count = 1) => events.push(`skipped: ${count} ${reason}`),
        warn: (message) => events.push(`warning: ${message}`),
        progress: () => {},
      },
      signal: new AbortController().signal,
      ...wholeSync,
      ...options,
    });
    const { records, syncId } = store;
    return {
      syncId,
      resourceTypes: [...records.allResourceTypes()],
      resources: [...records.allResources()],
      entitlements: [...records.allEntitlements()],
      grants: [...records.allGrants()],
      expansions: Object.fromEntries(
        records
          .grants()
          .flatMap(({ externalId, expansion }) =>
            expansion ? [[externalId, fromBinary(GrantExpandableSchema, expansion)]] : [],
          ),
      ),
      events,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A connector with changes to one resource type. */
export function withSyncer(base: Connector, typeId: string, change: Partial<ResourceSyncer>): Connector {
  return {
    ...base,
    resourceTypes: base.resourceTypes.map((syncer) => (syncer.type.id === typeId ? { ...syncer, ...change } : syncer)),
  };
}
