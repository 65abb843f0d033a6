// Tasks that were handed out together and wait here until there is room for them.
import type { Task } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { clampPoll, isWork, type NextTask, type TaskSource, type TaskSourceOptions } from './task-source.ts';

/**
 * Keeps up to twice as many tasks as are worked on at once, and asks for more when there are fewer than that many
 * (pkg/tasks/c1api of baton-sdk v0.25.0).
 */
export class TaskQueue implements TaskSource {
  readonly #options: TaskSourceOptions;
  readonly #now: () => number;
  #queued: Task[] = [];
  readonly #running = new Set<string>();
  #nextPollAt = Number.NEGATIVE_INFINITY;

  constructor(options: TaskSourceOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  async next(signal: AbortSignal): Promise<NextTask> {
    const { concurrency, timing } = this.#options;
    if (this.#queued.length + this.#running.size < concurrency && this.#now() >= this.#nextPollAt) {
      await this.#fetch(signal);
    }
    const task = this.#queued.shift();
    if (task) {
      this.#running.add(task.id);
      return { task, delayMs: 0 };
    }
    return { task: undefined, delayMs: Math.max(timing.queueDelayMs, this.#nextPollAt - this.#now()) };
  }

  done(task: Task): void {
    this.#running.delete(task.id);
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    const { client, concurrency, timing } = this.#options;
    const known = [...this.#queued.map(({ id }) => id), ...this.#running];
    try {
      const { tasks, nextPoll } = await client.getTasks(2 * concurrency - known.length, known, signal);
      this.#nextPollAt = this.#now() + clampPoll(nextPoll, timing);
      for (const task of tasks) {
        const isKnown = this.#running.has(task.id) || this.#queued.some(({ id }) => id === task.id);
        if (isWork(task) && !isKnown) this.#queued.push(task);
      }
    } catch (error) {
      // What is here already can be worked on; the next call tells again.
      if (this.#queued.length === 0) throw error;
    }
  }
}
