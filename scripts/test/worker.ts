// A process that runs test files one after the other: each message from its parent names one.
// Its `--test-reporter` is test-messages.ts, which sends the events to the parent.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { before, beforeEach, test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';

/** How long handles may take to close after the last test of a file. */
const closingMaxMs = Number(process.argv[2]);

export interface TestTask {
  readonly file: string;
  /** Whether the process also runs other files. */
  readonly isShared: boolean;
}

// A property that fails is reported with its seed at once. Looking for a smaller example can take longer than a file may
// be silent; `node --test` does that.
fc.configureGlobal({ endOnFailure: true });

const stray: unknown[] = [];
process.on('uncaughtException', (error) => stray.push(error));
process.on('unhandledRejection', (error) => stray.push(error));
// The first use of node:test adds its own listeners, which must not count as those of a file.
before(() => {});
// Events reach the parent between tests, also those of tests that block the process. To the parent, a process without
// events hangs.
beforeEach(() => turn());
process.on('message', (task: TestTask) => void runFile(task));

/**
 * Imports a file, which starts its tests, and adds a last test that is named after the file, so that its end is the end
 * of the file. It fails if the file cannot be imported, or leaves behind what could affect the next file.
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
    // node:test sets the exit code for an uncaught error that belongs to no test, or to one that has ended.
    const hasStray = process.exitCode !== undefined && stray.length > 0;
    process.exitCode = undefined;
    if (hasStray) throw new AggregateError(stray, 'uncaught errors outside of a test, or after its end');
    const kept = isShared ? changed : [];
    assert.deepEqual(
      kept,
      [],
      'the file leaves its process changed: undo that, or add the comment "// own process: <reason>"',
    );
    assert.deepEqual(left, [], 'the file leaves handles open, which keep a process alive');
  });
}

/** What a test can change for all later tests of the process, by name. */
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

/** @returns only names: a value may be secret. */
function changesBetween(before: Record<string, string | undefined>, after: Record<string, string | undefined>) {
  return Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
}

/** @returns the kinds of open handles, except those that were open before. */
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
