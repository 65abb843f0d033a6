// A test process as its parent sees it: it takes a file, and answers with what the tests of the file did.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SentEvent, SentResult } from './test-messages.ts';
import type { TestTask } from './worker.ts';

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
const reporter = new URL('test-messages.ts', import.meta.url);

export interface FileRun {
  readonly file: string;
  readonly events: readonly SentEvent[];
  /** Why the file fails, whatever its tests did. */
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
  /** Tests of the current file that have begun and not ended. */
  readonly #begun = new Set<string>();
  #onEvent: (event: SentEvent) => void = () => {};

  constructor({ hangMs, closingMaxMs }: TestLimits) {
    this.#hangMs = hangMs;
    this.#process = fork(worker, [String(closingMaxMs)], {
      // Set when a test runs this: node:test would then report to its own parent.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      execArgv: [`--test-reporter=${reporter}`, '--test-reporter-destination=stdout'],
    });
    this.#process.on('message', (event: SentEvent) => this.#onEvent(event));
    this.#process.once('exit', (code, signal) => {
      this.#isAlive = false;
      this.#exit.resolve(signal ?? code ?? 0);
    });
  }

  /** False when the process has ended, as after a crash. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Runs a file; the one before has ended. The process is lost when the file crashes or hangs. */
  async run({ file, isShared }: TestTask): Promise<FileRun> {
    const events: SentEvent[] = [];
    const ended = Promise.withResolvers<void>();
    let isTainted = false;
    const watchdog = this.#watch();
    this.#begun.clear();
    this.#onEvent = (event) => {
      watchdog.refresh();
      this.#follow(event);
      // The worker adds a test named after the file as the last one.
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
    // What such a file left would reach the next one.
    if (isTainted) await this.#kill();
    if (exit !== undefined) return { file, events, problem: this.#describeExit(exit) };
    return events.some(isResult) ? { file, events } : { file, events, problem: 'it registers no test' };
  }

  /** Lets the process end, if it has not. @param name - What a problem with its end is reported as. */
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
    if (event.type === 'test:dequeue') this.#begun.add(event.data.name);
    if (isResult(event)) this.#begun.delete(event.data.name);
    if (event.type === 'test:fail') this.#hasFailed = true;
  }

  #describeExit(exit: number | NodeJS.Signals): string {
    const running = [...this.#begun].map((name) => `"${name}"`).join(' > ');
    const where = running ? ` Running: ${running}.` : '';
    return this.#isHanging
      ? `it hangs: no test began or ended for ${this.#hangMs / 1000} s.${where}`
      : `its process ended with ${exit}.${where}`;
  }
}

function isResult(event: SentEvent): event is SentResult {
  return event.type === 'test:pass' || event.type === 'test:fail';
}
