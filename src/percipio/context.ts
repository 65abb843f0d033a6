// What the resource types of this connector share.
import type { PercipioClient } from './api/percipio-client.ts';
import type { SyncMemory } from './memory/sync-memory.ts';

export interface PercipioContext {
  /** The client, made when it is first needed: a connector that only tells what it is made of has no settings for one. */
  client(): PercipioClient;
  readonly memory: SyncMemory;
  /** Ids of the only courses to sync; empty for all. */
  readonly limitedCourses: readonly string[];
  /** How long a ListGrants call waits for the report. */
  readonly reportWaitMs: number;
}
