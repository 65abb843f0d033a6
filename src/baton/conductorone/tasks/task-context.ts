// What a handler works with, beside the task itself.
import type { DescService } from '@bufbuild/protobuf';
import type { Logger } from 'pino';
import type { Task } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { UnaryClient } from '../../client/in-process-client.ts';
import type { ServiceEntry } from '../../services/service-entry.ts';
import type { BatonClient } from '../link/baton-client.ts';
import type { ServiceTiming } from '../service-timing.ts';
import type { SyncSettings } from './sync-settings.ts';
import type { TaskOutcome } from './task-outcome.ts';

export interface TaskContext {
  readonly task: Task;
  readonly client: BatonClient;
  readonly services: readonly ServiceEntry[];
  readonly timing: ServiceTiming;
  readonly syncSettings: SyncSettings;
  /** Carries the id and the type of the task. */
  readonly logger: Logger;
  /** Aborts when the task must end. */
  readonly signal: AbortSignal;
  /** Aborts earlier, when the program is to stop: what can be done again elsewhere should end then. */
  readonly stopping: AbortSignal;
  /** A client of one of the connector's services, in this process. */
  connect<Desc extends DescService>(desc: Desc): UnaryClient<Desc>;
  /** Introduces the connector, as the answer to this task. */
  sayHello(): Promise<void>;
  /** Waits for other syncs, and does `work` when it is the only one. */
  syncAlone(work: () => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** Does a task of one type. What it throws is reported as a failure that may pass. */
export type TaskHandler<Value> = (value: Value, context: TaskContext) => Promise<TaskOutcome>;
