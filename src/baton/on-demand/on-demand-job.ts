// On-demand jobs: what the default command does instead of a sync when a setting requests it.
import type { DescService, JsonObject } from '@bufbuild/protobuf';
import type { Logger } from 'pino';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { Connector } from '../author/connector.ts';
import type { Host } from '../author/host.ts';
import { UsageError } from '../author/usage-error.ts';
import type { UnaryClient } from '../client/in-process-client.ts';
import type { Field, Settings } from '../config/field.ts';
import type { LiveDisplay } from '../log/live-display.ts';
import type { WriteRecorder } from './write-recorder.ts';

/** An on-demand task of the Go runner (pkg/tasks/local of baton-sdk v0.25.0). */
export interface OnDemandJob {
  /** Of its trace: where the Go runner has the task, the name there. */
  readonly spanName: string;
  /** The settings that request it: setting any is enough. */
  readonly requestedBy: readonly Field[];
  /** Overrides `requestedBy` if being set is not enough. */
  isRequested?(settings: Settings): boolean;
  /** Whether it changes the application, so that `--dry-run` makes sense. */
  readonly isChange: boolean;
  /** Whether it handles a dry run itself, since it consists of many changes. */
  readonly runsDry?: boolean;
  /** How many calls it makes at once. Default: one. */
  countConcurrentCalls?(settings: Settings): number;
  /**
   * Runs the job by calling the connector's services in this process.
   * @throws UsageError for invalid settings; otherwise what the services throw.
   */
  run(context: JobContext): Promise<JobResult>;
}

export interface JobContext {
  readonly settings: Settings;
  readonly host: Host;
  /** Whether the result is for scripts (`--output json`): then stdout must contain nothing else. */
  readonly isForScripts: boolean;
  readonly connector: Connector;
  readonly programName: string;
  readonly logger: Logger;
  /** Shows what the job does. Undefined where the log shows it. */
  readonly live: LiveDisplay | undefined;
  /** Present in a dry run. */
  readonly recorder: WriteRecorder | undefined;
  /**
   * Creates a client of one of the connector's services.
   * @param options - What aborts its calls (default: the signal of the host), and their log (default: `logger`).
   */
  connect<Desc extends DescService>(
    desc: Desc,
    options?: { readonly signal?: AbortSignal; readonly logger?: Logger },
  ): UnaryClient<Desc>;
}

export interface JobResult {
  /** For scripts: snake_case keys, `outcome` first. */
  readonly record: JsonObject;
  /** For humans, line by line. */
  readonly lines: readonly string[];
  /** Default: 0. */
  readonly exitCode?: number;
}

/**
 * Parses a setting that is a JSON object. Default: `{}`.
 * @throws UsageError that does not quote the text, which may be confidential.
 */
export function parseJsonObject(field: Field<string | undefined>, settings: Settings): JsonObject {
  const text = settings.get(field);
  if (text === undefined || text === '') return {};
  let isWellFormed = true;
  try {
    const value: unknown = JSON.parse(text, (key, value: unknown) => {
      isWellFormed &&= key.isWellFormed() && (typeof value !== 'string' || value.isWellFormed());
      return value;
    });
    if (!isWellFormed)
      throw new UsageError([`${settings.placeOf(field)}: contains half a surrogate pair, such as \\ud800`]);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // Reported below.
  }
  throw new UsageError([`${settings.placeOf(field)}: must be a JSON object such as '{"key": "value"}'`]);
}

/** A resource for humans: `user u1 (Ada Lovelace)`. */
export function describeResource({ id, displayName }: Resource): string {
  return `${id?.resourceType} ${id?.resource}${displayName ? ` (${displayName})` : ''}`;
}

/** A resource for scripts. */
export function toResourceRecord({ id, displayName }: Resource): JsonObject {
  return { resource_type: id?.resourceType ?? '', resource: id?.resource ?? '', display_name: displayName };
}
