// The tasks: queued, handed out, cancelled, finished.
import { randomInt } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type BatonServiceFinishTaskRequest, type Task, TaskSchema } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';

/** The work of a task, for example `{ case: 'syncFull', value: {} }`. */
export type TaskType = NonNullable<MessageInitShape<typeof TaskSchema>['taskType']>;

export interface TaskBoardOptions {
  /**
   * How long a task that was handed out may be silent, in milliseconds. Then it is handed out again. A heartbeat counts
   * as a sign of life. Default: as long as it likes, unless a test calls `expireLeases`.
   */
  readonly leaseMs?: number;
  /**
   * Whether a task that failed, and may be retried, is handed out again. Default: it is finished, so that a test sees one
   * attempt.
   */
  readonly retries?: boolean;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const idLength = 27;

/** The tasks of one connector, which may run as several processes. */
export class TaskBoard {
  readonly #options: TaskBoardOptions;
  readonly #now: () => number;
  #queued: Task[] = [];
  /** Those handed out, with the times at which they are given up. */
  readonly #running = new Map<string, { readonly task: Task; expiresAt: number }>();
  readonly #cancelled = new Set<string>();
  readonly #finished = new Map<string, PromiseWithResolvers<BatonServiceFinishTaskRequest>>();
  readonly #open = new Set<string>();
  /** All reports in the order of their arrival, those of attempts included. */
  readonly reports: BatonServiceFinishTaskRequest[] = [];

  constructor(options: TaskBoardOptions = {}, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  /** Adds a task to the end of the queue. */
  add(taskType: TaskType, { debug = false }: { readonly debug?: boolean } = {}): string {
    const id = Array.from({ length: idLength }, () => letters[randomInt(letters.length)]).join('');
    this.#open.add(id);
    this.#queued.push(create(TaskSchema, { id, debug, taskType }));
    return id;
  }

  /** Takes the next tasks that the connector does not already know. */
  take(count: number, known: readonly string[]): Task[] {
    this.expireLeases(this.#now());
    const taken = this.#queued.filter(({ id }) => !known.includes(id)).slice(0, count);
    this.#queued = this.#queued.filter((task) => !taken.includes(task));
    for (const task of taken) this.#running.set(task.id, { task, expiresAt: this.#leaseEnd() });
    return taken;
  }

  /** Returns tasks to the queue, as ConductorOne does when it loses contact with whoever has them. */
  handOutAgain(tasks: readonly Task[]): void {
    for (const task of tasks) this.#running.delete(task.id);
    this.#queued.push(...tasks.filter(({ id }) => this.#open.has(id)));
  }

  /** Returns the tasks to the queue whose time is over at `time`; by default, all that were handed out. */
  expireLeases(time = Number.POSITIVE_INFINITY): void {
    const expired = [...this.#running.values()].filter(({ expiresAt }) => expiresAt <= time);
    this.handOutAgain(expired.map(({ task }) => task));
  }

  /** Cancels a task: its next heartbeat says so. */
  cancel(id: string): void {
    this.#cancelled.add(id);
  }

  isCancelled(id: string): boolean {
    return this.#cancelled.has(id);
  }

  /** Whether there is such a task, and it is not finished. */
  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  get queuedCount(): number {
    return this.#queued.length;
  }

  /** A sign of life. */
  renew(id: string): void {
    const running = this.#running.get(id);
    if (running) running.expiresAt = this.#leaseEnd();
  }

  /** The report on a task that is open. Whoever had it before may send it, too. */
  finish(request: BatonServiceFinishTaskRequest): void {
    const { taskId, finalState } = request;
    this.reports.push(request);
    const task = this.#running.get(taskId)?.task ?? this.#queued.find(({ id }) => id === taskId);
    this.#running.delete(taskId);
    this.#queued = this.#queued.filter(({ id }) => id !== taskId);
    if (task && this.#options.retries && finalState.case === 'error' && !finalState.value.nonRetryable) {
      this.#queued.push(task);
      return;
    }
    this.#open.delete(taskId);
    this.#ending(taskId).resolve(request);
  }

  /** Resolves with the report that finished the task. */
  finished(id: string): Promise<BatonServiceFinishTaskRequest> {
    return this.#ending(id).promise;
  }

  #leaseEnd(): number {
    return this.#now() + (this.#options.leaseMs ?? Number.POSITIVE_INFINITY);
  }

  #ending(id: string) {
    const ending = this.#finished.get(id) ?? Promise.withResolvers<BatonServiceFinishTaskRequest>();
    this.#finished.set(id, ending);
    return ending;
  }
}
