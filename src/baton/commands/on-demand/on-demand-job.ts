// One thing that the default command does instead of a sync, because a setting asks for it.
import type { DescService, JsonObject } from '@bufbuild/protobuf';
import type { Host } from '../../author/host.ts';
import type { UnaryClient } from '../../client/in-process-client.ts';
import type { Field, Settings } from '../../config/field.ts';

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
