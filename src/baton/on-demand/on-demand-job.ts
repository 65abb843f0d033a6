// What the default command does instead of a sync when a setting asks for it: the shape of such a job, and what several
// jobs need.
import type { DescService, JsonObject } from '@bufbuild/protobuf';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { Host } from '../author/host.ts';
import { UsageError } from '../author/usage-error.ts';
import type { UnaryClient } from '../client/in-process-client.ts';
import type { Field, Settings } from '../config/field.ts';

/** What the Go runner calls an on-demand task (pkg/tasks/local of baton-sdk v0.25.0). */
export interface OnDemandJob {
  /** The settings that ask for it, each of them by being set. */
  readonly askedBy: readonly Field[];
  /** Where being set is not enough. */
  isAsked?(settings: Settings): boolean;
  /**
   * Does it, by calling the connector's services in this process.
   * @throws UsageError for settings that it cannot be done with; else what the services throw
   */
  run(context: JobContext): Promise<JobResult>;
}

export interface JobContext {
  readonly settings: Settings;
  readonly host: Host;
  /** Whether the result is for scripts (`--output json`), so that nothing else belongs on stdout. */
  readonly isForScripts: boolean;
  /** A client of one of the connector's services. */
  connect<Desc extends DescService>(desc: Desc): UnaryClient<Desc>;
}

export interface JobResult {
  /** For scripts: keys in snake case, `outcome` first. */
  readonly record: JsonObject;
  /** For people, line by line. */
  readonly lines: readonly string[];
}

/**
 * The object; an empty one where the setting is not set.
 * @throws UsageError that does not quote the text, which may hold what is nobody's business
 */
export function parseJsonObject(field: Field<string | undefined>, settings: Settings): JsonObject {
  const text = settings.get(field);
  if (text === undefined || text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Said below.
  }
  throw new UsageError([`--${field.name}: must be a JSON object, such as '{"key": "value"}'`]);
}

/** For people: `user u1 (Ada Lovelace)`. */
export function describeResource({ id, displayName }: Resource): string {
  return `${id?.resourceType} ${id?.resource}${displayName ? ` (${displayName})` : ''}`;
}

/** For scripts. */
export function toResourceRecord({ id, displayName }: Resource): JsonObject {
  return { resource_type: id?.resourceType ?? '', resource: id?.resource ?? '', display_name: displayName };
}
