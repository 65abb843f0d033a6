// A process that runs test files one after the other: each message of its parent names one.
// `--test-reporter` is test-messages.ts, which sends what happens to the parent.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/** How long handles may take to close after the last test of a file. */
const closingMaxMs = Number(process.argv[2]);

export interface TestTask {
  readonly file: string;
  /** Whether the process runs other files, too. */
  readonly isShared: boolean;
}

const stray: unknown[] = [];
process.on('uncaughtException', (error) => stray.push(error));
process.on('unhandledRejection', (error) => stray.push(error));
// The first use of node:test sets up what it needs, its listeners among that.
before(() => {});
process.on('message', (task: TestTask) => void runFile(task));

/**
 * Imports a file, whose tests then begin, and adds a test named after the file: it comes last, so its end is the end of
 * the file. It fails when the file cannot be imported, or leaves what would reach the tests of the next file.
 */
async function runFile({ file, isShared }: TestTask): Promise<void> {
  const open = process.getActiveResourcesInfo();
  const state = processState();
  stray.length = 0;
  let cannotImport: { readonly error: unknown } | undefined;
  try {
    await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    cannotImport = { error };
  }
  await test(file, async () => {
    if (cannotImport) throw cannotImport.error;
    const left = await waitForClosing(open);
    const changed = changesBetween(state, processState());
    // node:test sets it when nothing caught an error that belongs to no test, or to one that has ended.
    const hasStray = process.exitCode !== undefined && stray.length > 0;
    process.exitCode = undefined;
    if (hasStray) throw new AggregateError(stray, 'nothing caught an error of this file; after its test ended?');
    const kept = isShared ? changed : [];
    assert.deepEqual(kept, [], 'the file leaves the process changed: undo it, or add "// own process: <why>"');
    assert.deepEqual(left, [], 'the file leaves handles open, which would keep a process alive');
  });
}

/** What a test can change for all that come after it in the same process, by name. */
function processState(): Record<string, string | undefined> {
  const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection'].map((name) => [
    `listeners of ${name}`,
    String(process.listenerCount(name)),
  ]);
  return {
    ...process.env,
    ...Object.fromEntries(listeners),
    'the working directory': process.cwd(),
    'process.exitCode': process.exitCode?.toString(),
  };
}

/** @returns the names alone: a value may be secret. */
function changesBetween(before: Record<string, string | undefined>, after: Record<string, string | undefined>) {
  return Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
}

/** @returns the kinds of handles that are open, without those that were before. */
async function waitForClosing(before: readonly string[]): Promise<string[]> {
  const endMs = performance.now() + closingMaxMs;
  for (;;) {
    const left = process.getActiveResourcesInfo();
    for (const kind of before) {
      const index = left.indexOf(kind);
      if (index !== -1) left.splice(index, 1);
    }
    if (left.length === 0 || performance.now() >= endMs) return left;
    await sleep(5);
  }
}
