// Reports a run of many test files: events for a reporter for node:test, file by file, and a summary at the end.
import type { Writable } from 'node:stream';
import type { TestEvent } from 'node:test/reporters';
import { type SentEvent, type SentResult, toTestEvent } from './test-messages.ts';
import type { FileRun } from './worker-process.ts';

export class TestReport {
  readonly #events: Writable;
  readonly #refusesSkips: boolean;
  readonly #startMs = performance.now();
  readonly #counts = { tests: 0, suites: 0, pass: 0, fail: 0, skipped: 0, todo: 0 };
  #topLevel = 0;

  /**
   * @param events - Receives the events, as objects.
   * @param options.refusesSkips - Whether a test that is skipped fails.
   */
  constructor(events: Writable, { refusesSkips }: { readonly refusesSkips: boolean }) {
    this.#events = events;
    this.#refusesSkips = refusesSkips;
  }

  /** Whether there were tests, and none failed. */
  get success(): boolean {
    return this.#counts.tests > 0 && this.#counts.fail === 0;
  }

  /** Reports a file after its end. */
  add({ file, events, problem }: FileRun): void {
    for (const event of events) this.#report(event);
    if (problem !== undefined) this.fail(file, problem);
  }

  /** Reports a problem of a file, or of the run, as a failed test. */
  fail(name: string, problem: string): void {
    const place = { nesting: 0, file: name, line: 1, column: 1 };
    const data = { ...place, name, testNumber: 0, testId: 0, parentId: undefined, tags: [] };
    const details = { duration_ms: 0, type: 'test' as const };
    const error = { failureType: 'testCodeFailure', message: problem, stack: undefined, shown: problem };
    this.#report({ type: 'test:start', data });
    this.#report({ type: 'test:fail', data: { ...data, details }, error });
  }

  /** Reports the summary: all failures again, and the counts as the last lines. */
  end(): void {
    const duration_ms = performance.now() - this.#startMs;
    this.#send({ type: 'test:plan', data: { nesting: 0, count: this.#topLevel } });
    const { tests, suites, pass: passed, skipped, todo } = this.#counts;
    const counts = { tests, suites, passed, skipped, todo, cancelled: 0, topLevel: this.#topLevel };
    this.#send({ type: 'test:summary', data: { success: this.success, counts, duration_ms, file: undefined } });
    for (const [name, count] of Object.entries({ ...this.#counts, duration_ms })) {
      this.#send({ type: 'test:diagnostic', data: { nesting: 0, message: `${name} ${count}`, level: 'info' } });
    }
    this.#events.end();
  }

  #report(sent: SentEvent): void {
    if (sent.type === 'test:dequeue') return;
    if (sent.type === 'test:pass' || sent.type === 'test:fail') this.#count(sent);
    this.#send(toTestEvent(sent));
    if (this.#refusesSkips && sent.type === 'test:pass' && sent.data.skip !== undefined) {
      this.fail(sent.data.name, `skipped, and with CI=true nothing may be: ${sent.data.skip || 'no reason was given'}`);
    }
  }

  /** Counts a result. Tests at the top level are numbered in the order of the report. */
  #count(event: SentResult): void {
    const { type, data } = event;
    const counts = this.#counts;
    if (data.nesting === 0) {
      this.#topLevel += 1;
      data.testNumber = this.#topLevel;
    }
    if (data.details.type === 'suite') {
      counts.suites += 1;
      // A suite fails with its tests, which are counted, or by itself, in a hook.
      if (event.type === 'test:fail' && event.error.failureType !== 'subtestsFailed') counts.fail += 1;
      return;
    }
    counts.tests += 1;
    if (data.skip !== undefined) counts.skipped += 1;
    else if (data.todo !== undefined) counts.todo += 1;
    else counts[type === 'test:pass' ? 'pass' : 'fail'] += 1;
  }

  #send(event: TestEvent): void {
    this.#events.write(event);
  }
}
