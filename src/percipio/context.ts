// What the resource types of this connector share.
import type { Waits } from 'baton-connector-sdk/http';
import type { PercipioClient } from './api/percipio-client.ts';
import type { SyncedContent } from './content-types.ts';
import type { SyncMemory } from './memory/sync-memory.ts';

export interface PercipioContext {
  /** The client, created on first use: a connector that only describes itself has no settings for one. */
  client(): PercipioClient;
  readonly memory: SyncMemory;
  /** Which content becomes a course. */
  readonly content: SyncedContent;
  /** Ids of the courses to sync; empty for all. */
  readonly limitedCourses: readonly string[];
  /** Whether an account is created without the profile fields that are unknown (`--ignore-unknown-account-fields`). */
  readonly ignoresUnknownAccountFields: boolean;
  /** Whether users lose their role when they are disabled or deleted (`--reset-role-on-disable`). */
  readonly resetsRoleOnDisable: boolean;
  /** Shows what the connector waits for. */
  readonly waits: Waits;
  /** How long a ListGrants call waits for the report, in milliseconds. */
  readonly reportWaitMs: number;
  /** The clock: milliseconds since 1970. */
  now(): number;
}
