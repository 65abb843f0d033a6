// Handlers of tasks, and what they run with.
import type { DescService } from '@bufbuild/protobuf';
import type { Logger } from 'pino';
import type { Task } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { UnaryClient } from '../../client/in-process-client.ts';
import type { ExternalResourceSettings } from '../../config/fields/sync.ts';
import type { Waits } from '../../net/waits.ts';
import type { ServiceEntry } from '../../services/service-entry.ts';
import type { CallRetry } from '../../sync/retry-calls.ts';
import type { FullSyncOptions, SyncTarget } from '../../sync/sync-context.ts';
import type { BatonClient } from '../link/baton-client.ts';
import type { LastUpload } from './last-upload.ts';
import type { ServiceTiming } from './service-timing.ts';
import type { TaskOutcome } from './task-outcome.ts';

export interface TaskContext {
  readonly task: Task;
  readonly client: BatonClient;
  readonly services: readonly ServiceEntry[];
  readonly timing: ServiceTiming;
  readonly syncSettings: SyncSettings;
  /** Adds the task's id and type to each line. */
  readonly logger: Logger;
  /** Shows what the task waits for. */
  readonly waits?: Waits | undefined;
  /** Aborts when the task must end. */
  readonly signal: AbortSignal;
  /** Aborts earlier, when the program stops: work that another replica can redo should end then. */
  readonly stopping: AbortSignal;
  /** Creates a client of one of the connector's services, in this process. */
  connect<Desc extends DescService>(desc: Desc): UnaryClient<Desc>;
  /** Introduces the connector, as the answer to this task. */
  sayHello(): Promise<void>;
  /** The last full sync that this process uploaded. */
  readonly lastUpload: LastUpload;
  /** Runs `work` when no other sync is running. */
  syncAlone(work: () => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** The operator's settings for sync tasks. */
export interface SyncSettings {
  /** The folder for files until they are uploaded. Default: the system's folder for temporary files. */
  readonly temporaryFolder: string | undefined;
  /** Whether the grants of a file bypass SQLite. Default: true. */
  readonly bulkLoad?: boolean | undefined;
  /** The largest share of the grants of the last upload that a sync may remove, from 0 to 1. Default: any. */
  readonly maxRemovedShare?: number | undefined;
  /** Maximum size of the database in a file. Default: 10 GiB. */
  readonly maxDatabaseBytes?: number | undefined;
  /** Settings of the expansion of grants. */
  readonly expansion?: FullSyncOptions['expansion'];
  /** Only validate, and upload an empty sync: `--skip-full-sync`. */
  readonly skipFullSync: boolean;
  /** The resource types of tasks that name none: `--sync-resource-types`. */
  readonly resourceTypeIds: readonly string[];
  /** Override those of a task: `--sync-resources`. */
  readonly targets?: readonly SyncTarget[] | undefined;
  /** Another file, whose resources each sync copies. */
  readonly externalResources?: ExternalResourceSettings | undefined;
  readonly workers: number;
  /** How the calls of a sync are retried. Default: they are not. */
  readonly callRetry?: CallRetry | undefined;
  /** Texts that must not appear in a debug log. */
  readonly secrets: readonly string[];
}

type KnownTask = Extract<Task['taskType'], { case: string }>;

export type TaskType = KnownTask['case'];

/** What a task of each type holds. */
export type TaskValues = { readonly [Known in KnownTask as Known['case']]: Known['value'] };

/** Runs a task of one type. What it throws is reported as by `failed`. */
export type TaskHandler<Value> = (value: Value, context: TaskContext) => Promise<TaskOutcome>;
