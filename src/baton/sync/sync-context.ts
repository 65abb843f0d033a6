// What the steps of a sync share: its options, its state and the clients of the connector.
import type { Logger } from 'pino';
import type { ResourceId, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { SyncWriter } from '../c1z/sync-writer.ts';
import type { ConnectorClients } from '../client/connector-clients.ts';
import type { Waits } from '../net/waits.ts';
import type { ServiceEntry } from '../services/service-entry.ts';
import type { ExpansionLimits } from './expand/plan-expansion.ts';
import type { ExternalResources } from './external/external-resources.ts';
import type { SyncState } from './plan/sync-state.ts';
import type { CallRetry } from './retry-calls.ts';
import type { RunNotes } from './run-notes.ts';
import type { SyncObserver } from './sync-observer.ts';

type Id = Pick<ResourceId, 'resourceType' | 'resource'>;

/** A resource to sync: its id, and its parent's if it has one. */
export interface SyncTarget {
  readonly id?: Id | undefined;
  readonly parentResourceId?: Id | undefined;
}

export interface FullSyncOptions {
  /** The services of a connector in this process, or a function that makes clients of one elsewhere. */
  readonly services: readonly ServiceEntry[] | ((signal: AbortSignal) => ConnectorClients);
  readonly store: SyncWriter;
  /** What remains to be done. Default: everything. */
  readonly state?: SyncState | undefined;
  /** Whether to check that a run of another program, which is continued, selected the same types. Default: false. */
  readonly checksTypes?: boolean | undefined;
  /** Of the run that is continued. Default: none yet. */
  readonly notes?: RunNotes | undefined;
  readonly logger: Logger;
  /** Shows what the sync waits for. */
  readonly waits?: Waits | undefined;
  readonly observer: SyncObserver;
  readonly signal: AbortSignal;
  /** Sync only these resource types; all if empty. */
  readonly resourceTypeIds: readonly string[];
  readonly skipEntitlementsAndGrants: boolean;
  /** Sync everything but grants. */
  readonly skipGrants?: boolean;
  /** Leave grants that follow from others to the reader of the file. */
  readonly skipExpandGrants?: boolean;
  /** Settings of the expansion of grants. Default: as without variables. */
  readonly expansion?: ExpansionLimits | undefined;
  /** Sync only these resources, with their children, entitlements and grants. */
  readonly targets?: readonly SyncTarget[] | undefined;
  /** Resources of another file to copy, and to tie grants to. A targeted sync ignores them. */
  readonly external?: ExternalResources | undefined;
  /** Only validate, and read nothing: `--skip-full-sync`. */
  readonly isEmpty: boolean;
  /** Maximum concurrent calls, at least 1. */
  readonly workers: number;
  /** How calls are retried. Default: they are not. */
  readonly callRetry?: CallRetry | undefined;
  /** The shortest time between checkpoints within a step, in milliseconds. Default: 10,000, as in the Go syncer. */
  readonly checkpointIntervalMs?: number | undefined;
}

/** Numbers of grants by resource type and slug: `course completed`. */
export type GrantCounts = ReadonlyMap<string, number>;

/** The options of a running sync, and clients whose calls its signal aborts. */
export interface SyncContext extends FullSyncOptions, ConnectorClients {
  readonly state: SyncState;
  readonly notes: RunNotes;
  /** The stored resource types. To be called after their step. */
  types(): readonly ResourceType[];
  /**
   * The ids of the types that entitlements and grants may refer to; undefined if to any, as in a targeted sync, which reads
   * a part. To be called after the step of resource types.
   */
  referableTypes(): ReadonlySet<string> | undefined;
  /** The ids of all types that the connector has listed, whether they are synced or not. */
  readonly listedTypeIds: Set<string>;
  /** The listings of children that were planned, so that none is planned twice. */
  readonly plannedChildren: Set<string>;
  /** How many grants were listed. A grant on two pages is counted twice. */
  readonly grantCounts: Map<string, number>;
}

/** The options of a sync of everything, with one call after the other. */
export const wholeSync = {
  resourceTypeIds: [],
  skipEntitlementsAndGrants: false,
  isEmpty: false,
  workers: 1,
} as const;
