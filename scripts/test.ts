// `npm test`: runs the test files in a few processes, not in one each, and reports as the test runner of Node does.
// `npm test -- test/percipio 'test/baton/c1z/*.test.ts'` runs some: folders, files and globs.
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
    /** How many processes run tests at a time. */
    workers: { type: 'string', default: String(availableParallelism()) },
    /** A file that begins and ends no test for so long hangs. */
    'hang-seconds': { type: 'string', default: '120' },
    /** How long what a file has opened may take to close after its last test. */
    'closing-seconds': { type: 'string', default: '10' },
    /** TAP gives the duration of each test; the other one is Node's own, "spec". */
    tap: { type: 'boolean', default: false },
  },
});

/** A file with such a line runs in a process of its own. The reason comes after the colon. */
const ownProcess = /^\/\/ own process: \S/m;

/** The tests that start programs, or wait for servers, come first: at the end no process is left with a long one. */
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
const report = new TestReport(events);

/** Takes one file after the other until none is left. They share a process; after one that died comes a new one. */
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
