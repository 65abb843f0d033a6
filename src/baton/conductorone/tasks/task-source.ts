// Where tasks come from: one at a time by GetTask, or several by GetTasks (`BATON_GET_TASKS`).
import { type Duration, durationMs } from '@bufbuild/protobuf/wkt';
import type { Task } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { BatonClient } from '../link/baton-client.ts';
import type { ServiceTiming } from '../service-timing.ts';
import { TaskQueue } from './task-queue.ts';

/** What to do now, and how long to wait before asking again. */
export interface NextTask {
  readonly task: Task | undefined;
  readonly delayMs: number;
}

export interface TaskSource {
  /** Called one after the other, and only when there is room for a task. */
  next(signal: AbortSignal): Promise<NextTask>;
  /** Called when a task has ended. */
  done(task: Task): void;
}

export interface TaskSourceOptions {
  readonly client: Pick<BatonClient, 'getTask' | 'getTasks'>;
  readonly timing: ServiceTiming;
  /** How many tasks are worked on at once. */
  readonly concurrency: number;
  readonly env: NodeJS.ProcessEnv;
}

export function createTaskSource(options: TaskSourceOptions): TaskSource {
  // The words that Go's strconv.ParseBool takes for true.
  const several = /^(?:1|t|true)$/i.test(options.env.BATON_GET_TASKS ?? '');
  return several ? new TaskQueue(options) : oneByOne(options);
}

function oneByOne({ client, timing }: TaskSourceOptions): TaskSource {
  return {
    next: async (signal) => {
      const { task, nextPoll } = await client.getTask(signal);
      return { task: isWork(task) ? task : undefined, delayMs: clampPoll(nextPoll, timing) };
    },
    done: () => {},
  };
}

/** Whether it is a task at all. */
export function isWork(task: Task | undefined): task is Task {
  return task !== undefined && task.taskType.case !== 'none';
}

/** The pause that the server asks for, within limits. */
export function clampPoll(asked: Duration | undefined, { pollMaxMs }: ServiceTiming): number {
  return Math.min(pollMaxMs, Math.max(0, asked ? durationMs(asked) : 0));
}
