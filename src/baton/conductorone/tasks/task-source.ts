// Sources of tasks: GetTask, one at a time, or GetTasks, several at once (`BATON_GET_TASKS`).
import { type Duration, durationMs } from '@bufbuild/protobuf/wkt';
import type { Task } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { readSwitch } from '../../config/parse-switch.ts';
import type { BatonClient } from '../link/baton-client.ts';
import type { ServiceTiming } from './service-timing.ts';

/** The next task, if any, and how long ConductorOne asks to wait before the next call, in milliseconds. */
interface NextTask {
  readonly task: Task | undefined;
  readonly nextPollMs: number;
}

export interface TaskSource {
  /**
   * Must not be called concurrently, and only when there is room for a task.
   * @param isHurried - Whether to ask ConductorOne although the interval that it requested is not over.
   */
  next(signal: AbortSignal, isHurried: boolean): Promise<NextTask>;
  /** Must be called when a task has ended. */
  done(task: Task): void;
}

interface TaskSourceOptions {
  readonly client: Pick<BatonClient, 'getTask' | 'getTasks'>;
  readonly timing: ServiceTiming;
  /** Maximum concurrent tasks. */
  readonly concurrency: number;
  readonly env: NodeJS.ProcessEnv;
}

export function createTaskSource(options: TaskSourceOptions): TaskSource {
  // The spellings of true in Go's strconv.ParseBool.
  const several = readSwitch(options.env.BATON_GET_TASKS);
  return several ? new TaskQueue(options) : oneByOne(options);
}

function oneByOne({ client, timing }: TaskSourceOptions): TaskSource {
  return {
    next: async (signal) => {
      const { task, nextPoll } = await client.getTask(signal);
      return { task: isWork(task) ? task : undefined, nextPollMs: pollDelayMs(nextPoll, timing) };
    },
    done: () => {},
  };
}

/**
 * Keeps up to `2 * concurrency` tasks, running ones included, and fetches more when there are fewer than `concurrency`
 * (pkg/tasks/c1api of baton-sdk v0.25.0).
 */
class TaskQueue implements TaskSource {
  readonly #options: TaskSourceOptions;
  readonly #now: () => number;
  #queued: Task[] = [];
  readonly #running = new Set<string>();
  #nextPollAt = Number.NEGATIVE_INFINITY;

  constructor(options: TaskSourceOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  async next(signal: AbortSignal, isHurried: boolean): Promise<NextTask> {
    const { concurrency, timing } = this.#options;
    const isDue = isHurried || this.#now() >= this.#nextPollAt;
    if (isDue && this.#queued.length + this.#running.size < concurrency) await this.#fetch(signal);
    const task = this.#queued.shift();
    if (task) {
      this.#running.add(task.id);
      return { task, nextPollMs: Math.max(0, this.#nextPollAt - this.#now()) };
    }
    return { task: undefined, nextPollMs: Math.max(timing.queueDelayMs, this.#nextPollAt - this.#now()) };
  }

  done(task: Task): void {
    this.#running.delete(task.id);
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    const { client, concurrency, timing } = this.#options;
    const known = [...this.#queued.map(({ id }) => id), ...this.#running];
    try {
      const { tasks, nextPoll } = await client.getTasks(2 * concurrency - known.length, known, signal);
      this.#nextPollAt = this.#now() + pollDelayMs(nextPoll, timing);
      for (const task of tasks) {
        const isKnown = this.#running.has(task.id) || this.#queued.some(({ id }) => id === task.id);
        if (isWork(task) && !isKnown) this.#queued.push(task);
      }
    } catch (error) {
      // Queued tasks can run meanwhile; the next call will throw.
      if (this.#queued.length === 0) throw error;
    }
  }
}

/** `none` means that there is no task. */
function isWork(task: Task | undefined): task is Task {
  return task !== undefined && task.taskType.case !== 'none';
}

/**
 * Each poll waits this part of the requested interval, at random: connectors that lost their connection together do not
 * poll together, and a task waits for less than half of the interval on average.
 */
const pollJitter = [0.5, 1] as const;

/** The delay that the server requests, within limits. */
function pollDelayMs(requested: Duration | undefined, { pollMaxMs }: ServiceTiming): number {
  const [min, max] = pollJitter;
  const limited = Math.min(pollMaxMs, Math.max(0, requested ? durationMs(requested) : 0));
  return limited * (min + (max - min) * Math.random());
}
