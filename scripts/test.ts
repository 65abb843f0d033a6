// `npm test`: runs the test files in a few processes instead of one each, and reports like Node's test runner.
// `npm test -- test/percipio 'test/baton/c1z/*.test.ts'` runs some: folders, files and globs.
// With CI=true, a test that is skipped fails: what it needs is to be installed there.
import { globSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { spec, tap } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { TestReport } from './test/report.ts';
import type { TestTask } from './test/worker.ts';
import { TestWorker } from './test/worker-process.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Number of processes. */
    workers: { type: 'string', default: String(availableParallelism()) },
    /** A file hangs if no test of it begins or ends for so long. */
    'hang-seconds': { type: 'string', default: '120' },
    /** How long the handles of a file may take to close after its last test. */
    'closing-seconds': { type: 'string', default: '10' },
    /** Print TAP instead of Node's "spec". */
    tap: { type: 'boolean', default: false },
  },
});

/** A file with such a line runs in its own process. The colon is followed by the reason. */
const ownProcess = /^\/\/ own process: \S/m;

/** These start programs or whole servers. They run first, so that the last files are short and all processes end together. */
const slowTiers = ['test/e2e/', 'test/contract/', 'test/bench/', 'test/baton/harness/', 'test/baton/commands/'];

function findTasks(paths: readonly string[]): TestTask[] {
  const files = paths.flatMap((path) => {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    const found = globSync(isFolder ? `${path}/**/*.test.ts` : path);
    if (found.length === 0) throw new Error(`no test file matches ${path}`);
    return found;
  });
  const rank = (file: string) => slowTiers.findIndex((folder) => file.startsWith(folder)) + 1 || Infinity;
  return [...new Set(files)]
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((file) => ({ file, isShared: !ownProcess.test(readFileSync(file, 'utf8')) }));
}

const tasks = findTasks(positionals.length > 0 ? positionals : ['test']);
const limits = {
  hangMs: Number(values['hang-seconds']) * 1000,
  closingMaxMs: Number(values['closing-seconds']) * 1000,
};
const events = new PassThrough({ objectMode: true });
const report = new TestReport(events, { refusesSkips: process.env.CI === 'true' });

/** Runs files until none is left. They share a process, which is replaced when it has died. */
async function work(): Promise<void> {
  let shared: TestWorker | undefined;
  for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
    if (task.isShared) {
      if (!shared?.isAlive) shared = new TestWorker(limits);
      report.add(await shared.run(task));
    } else {
      const own = new TestWorker(limits);
      report.add(await own.run(task));
      report.add(await own.end(task.file));
    }
  }
  if (shared) report.add(await shared.end('the end of a test process'));
}

const printed = pipeline(events.compose(values.tap ? tap : new spec()), process.stdout, { end: false });
await Promise.all(Array.from({ length: Number(values.workers) }, work));
report.end();
await printed;
process.exitCode = report.success ? 0 : 1;
