// The tasks: queued, handed out, cancelled, finished.
import { randomInt } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type BatonServiceFinishTaskRequest, type Task, TaskSchema } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';

/** The work of a task, for example `{ case: 'syncFull', value: {} }`. */
export type TaskType = NonNullable<MessageInitShape<typeof TaskSchema>['taskType']>;

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const idLength = 27;

/** The tasks of one connector. */
export class TaskBoard {
  #queued: Task[] = [];
  readonly #running = new Map<string, Task>();
  readonly #cancelled = new Set<string>();
  readonly #finished = new Map<string, PromiseWithResolvers<BatonServiceFinishTaskRequest>>();
  readonly #known = new Set<string>();

  /** Adds a task to the end of the queue. */
  add(taskType: TaskType, { debug = false }: { readonly debug?: boolean } = {}): string {
    const id = Array.from({ length: idLength }, () => letters[randomInt(letters.length)]).join('');
    this.#known.add(id);
    this.#queued.push(create(TaskSchema, { id, debug, taskType }));
    return id;
  }

  /** Takes the next tasks that the connector does not already know. */
  take(count: number, known: readonly string[]): Task[] {
    const taken = this.#queued.filter(({ id }) => !known.includes(id)).slice(0, count);
    this.#queued = this.#queued.filter((task) => !taken.includes(task));
    for (const task of taken) this.#running.set(task.id, task);
    return taken;
  }

  /** Returns tasks to the queue, as ConductorOne does when it loses contact with whoever has them. */
  handOutAgain(tasks: readonly Task[]): void {
    for (const task of tasks) this.#running.delete(task.id);
    this.#queued.push(...tasks);
  }

  /** Cancels a task: its next heartbeat says so. */
  cancel(id: string): void {
    this.#cancelled.add(id);
  }

  isCancelled(id: string): boolean {
    return this.#cancelled.has(id);
  }

  isKnown(id: string): boolean {
    return this.#known.has(id);
  }

  get queuedCount(): number {
    return this.#queued.length;
  }

  finish(request: BatonServiceFinishTaskRequest): void {
    this.#running.delete(request.taskId);
    this.#ending(request.taskId).resolve(request);
  }

  /** Resolves with the report of the task's end. */
  finished(id: string): Promise<BatonServiceFinishTaskRequest> {
    return this.#ending(id).promise;
  }

  #ending(id: string) {
    const ending = this.#finished.get(id) ?? Promise.withResolvers<BatonServiceFinishTaskRequest>();
    this.#finished.set(id, ending);
    return ending;
  }
}
