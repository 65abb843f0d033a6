// The parent's side of a test process: sends it a file, and collects the events of its tests.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SentEvent, SentResult } from './test-messages.ts';
import type { TestTask } from './worker.ts';

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
const reporter = new URL('test-messages.ts', import.meta.url);

export interface FileRun {
  readonly file: string;
  readonly events: readonly SentEvent[];
  /** Why the file fails, even if all its tests passed. */
  readonly problem?: string;
}

export interface TestLimits {
  /** The process is killed when no test begins or ends for this long. */
  readonly hangMs: number;
  /** How long handles may take to close after the last test of a file. */
  readonly closingMaxMs: number;
}

export class TestWorker {
  readonly #process: ChildProcess;
  readonly #hangMs: number;
  readonly #exit = Promise.withResolvers<number | NodeJS.Signals>();
  #isAlive = true;
  #isHanging = false;
  #hasFailed = false;
  /** The running tests of the current file. */
  readonly #running = new Set<string>();
  #onEvent: (event: SentEvent) => void = () => {};

  constructor({ hangMs, closingMaxMs }: TestLimits) {
    this.#hangMs = hangMs;
    this.#process = fork(worker, [String(closingMaxMs)], {
      // If a test runs this, it is set, and node:test would report in another format.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      execArgv: [`--test-reporter=${reporter}`, '--test-reporter-destination=stdout'],
    });
    this.#process.on('message', (event: SentEvent) => this.#onEvent(event));
    this.#process.once('exit', (code, signal) => {
      this.#isAlive = false;
      this.#exit.resolve(signal ?? code ?? 0);
    });
  }

  /** False after the process has ended, for example in a crash. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Runs a file, once the previous one has ended. A file that crashes, hangs or leaves something open ends the process. */
  async run({ file, isShared }: TestTask): Promise<FileRun> {
    const events: SentEvent[] = [];
    const ended = Promise.withResolvers<void>();
    let isTainted = false;
    const watchdog = this.#watch();
    this.#running.clear();
    this.#onEvent = (event) => {
      watchdog.refresh();
      this.#follow(event);
      // The worker adds a last test, named after the file.
      const isLast = event.data.nesting === 0 && 'name' in event.data && event.data.name === file;
      if (!isLast || event.type === 'test:fail') events.push(event);
      if (isLast && isResult(event)) {
        isTainted = event.type === 'test:fail';
        ended.resolve();
      }
    };
    this.#process.send({ file, isShared } satisfies TestTask);
    const exit = await Promise.race([ended.promise, this.#exit.promise]);
    clearTimeout(watchdog);
    // It could affect the next file.
    if (isTainted) await this.#kill();
    if (exit !== undefined) return { file, events, problem: this.#describeExit(exit) };
    return events.some(isResult) ? { file, events } : { file, events, problem: 'it registers no test' };
  }

  /**
   * Lets the process end, unless it already has.
   * @param name - The name under which a failure to end is reported.
   */
  async end(name: string): Promise<FileRun> {
    if (!this.#isAlive) return { file: name, events: [] };
    const watchdog = this.#watch();
    this.#onEvent = () => {};
    this.#process.disconnect();
    const exit = await this.#exit.promise;
    clearTimeout(watchdog);
    const isAsExpected = exit === (this.#hasFailed ? 1 : 0);
    return isAsExpected ? { file: name, events: [] } : { file: name, events: [], problem: this.#describeExit(exit) };
  }

  #watch(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#isHanging = true;
      void this.#kill();
    }, this.#hangMs);
  }

  async #kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exit.promise;
  }

  #follow(event: SentEvent): void {
    if (event.type === 'test:dequeue') this.#running.add(event.data.name);
    if (isResult(event)) this.#running.delete(event.data.name);
    if (event.type === 'test:fail' && event.data.todo === undefined) this.#hasFailed = true;
  }

  #describeExit(exit: number | NodeJS.Signals): string {
    const running = [...this.#running].map((name) => `"${name}"`).join(' > ');
    const where = running ? ` Running: ${running}.` : '';
    return this.#isHanging
      ? `it hangs: no test began or ended for ${this.#hangMs / 1000} s.${where}`
      : `its process ended with ${exit}.${where}`;
  }
}

function isResult(event: SentEvent): event is SentResult {
  return event.type === 'test:pass' || event.type === 'test:fail';
}
