// Reads a report in a thread of its own, so that listing users and answering calls go on.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ActivityIndex } from './activity-index.ts';
import type { ActivityScan, SyncedIds } from './activity-index-builder.ts';
import type { ActivityAnswer, ActivityRequest, ActivityWorkerData } from './activity-worker.ts';
import { createPieceFreer } from './free-pieces.ts';
import { ReportFormatError } from './report-format-error.ts';
import type { ScanOptions } from './scan-rows.ts';

const blockBytes = 512 * 1024;
/** How many may be in flight to the thread: more is fetched only when the thread has read some. */
const blocksCount = 4;

type Answer<Kind extends ActivityAnswer['kind']> = Extract<ActivityAnswer, { kind: Kind }>;

/**
 * Reads a report, then builds its index. The index closes it, as does any failure and {@link ActivityThread.close}.
 *
 * Scanning a report takes more time than everything else that a sync does before its grants: on two processors it is done
 * by the time users and courses are listed.
 */
export class ActivityThread {
  readonly #worker: Worker;
  readonly #blocks = Array.from({ length: blocksCount }, () => new Uint8Array(new SharedArrayBuffer(blockBytes)));
  /** Indexes of the blocks that may be filled. */
  readonly #free = [...this.#blocks.keys()];
  #rows = 0;
  #failure: Error | undefined;
  /** Resolved by the next answer. */
  #awaited = Promise.withResolvers<void>();
  #ended: Answer<'end'> | undefined;
  #index: Answer<'index'> | undefined;

  constructor(scan: ActivityScan) {
    const workerData: ActivityWorkerData = { scan, blocks: this.#blocks.map(({ buffer }) => buffer) };
    // Next to this module, whether it is compiled or not.
    const program = new URL(`activity-worker${extname(import.meta.url)}`, import.meta.url);
    // Inherits the flags of the process: without them, Node's permission model would not hold in the thread.
    this.#worker = new Worker(program, { workerData, name: 'activity report' });
    this.#worker.on('message', (answer: ActivityAnswer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread that reads the activity report has ended')));
    // Only a pending call keeps the process alive.
    this.#worker.unref();
  }

  /**
   * Reads a whole report. Once.
   * @throws ReportFormatError when it is malformed or incomplete; and whatever `body` or the signal throws.
   */
  async read(body: AsyncIterable<Uint8Array>, options: ScanOptions): Promise<void> {
    this.#worker.ref();
    try {
      await this.#read(body, options);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#worker.unref();
  }

  async #read(body: AsyncIterable<Uint8Array>, { signal, onProgress }: ScanOptions): Promise<void> {
    const free = createPieceFreer();
    let block: number | undefined;
    let filled = 0;
    let bytes = 0;
    const send = (block: number) => this.#ask({ kind: 'block', block, length: filled });
    for await (const piece of body) {
      signal?.throwIfAborted();
      for (let from = 0; from < piece.length; ) {
        block ??= await this.#until(() => this.#free.pop());
        const part = piece.subarray(from, from + blockBytes - filled);
        this.#blocks[block]?.set(part, filled);
        filled += part.length;
        from += part.length;
        if (filled === blockBytes) {
          send(block);
          block = undefined;
          filled = 0;
        }
      }
      bytes += piece.length;
      free(piece.length);
      onProgress?.({ bytes, rows: this.#rows });
    }
    if (block !== undefined) send(block);
    this.#ask({ kind: 'end' });
    const { rows } = await this.#until(() => this.#ended);
    onProgress?.({ bytes, rows });
  }

  /** Builds the index of a report that was read. Once. */
  async finish({ users, courses }: SyncedIds = {}): Promise<ActivityIndex> {
    this.#worker.ref();
    this.#ask({ kind: 'finish', ids: { users: users && [...users], courses: courses && [...courses] } });
    const { parts } = await this.#until(() => this.#index).finally(() => this.close());
    return new ActivityIndex(parts);
  }

  /** Ends the thread. Pending calls get an error. */
  close(): void {
    this.#worker.terminate();
  }

  #ask(request: ActivityRequest): void {
    this.#worker.postMessage(request);
  }

  /** Waits until `find` returns a value, or the thread has failed. */
  async #until<Value>(find: () => Value | undefined): Promise<Value> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#failure) throw this.#failure;
      this.#awaited = Promise.withResolvers();
      await this.#awaited.promise;
    }
  }

  #take(answer: ActivityAnswer): void {
    switch (answer.kind) {
      case 'block':
        this.#rows = answer.rows;
        this.#free.push(answer.block);
        break;
      case 'end':
        this.#ended = answer;
        break;
      case 'index':
        this.#index = answer;
        break;
      case 'wrong':
        this.#fail(new ReportFormatError(answer.problem, answer.fields));
        break;
    }
    this.#awaited.resolve();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#awaited.resolve();
  }
}
