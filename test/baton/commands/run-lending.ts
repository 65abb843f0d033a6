// Runs the lending library's program: in a process of its own, or in this one, which is quicker.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Program } from '../../../src/baton/author/program.ts';
import { runAndCollect } from '../command-line/run-and-collect.ts';
import { type Library, readLibrary, writeLibrary } from '../lending-library.ts';
import { lendingCommands, lendingProgram } from './lending-program.ts';

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Default: {@link lendingProgram}. */
  readonly program?: Program;
}

/** A folder with a library, in which the program works. It is removed with the test. */
export interface LendingPlace {
  readonly folder: string;
  /** What the library is like now. */
  library(): Library;
  run(argv: readonly string[], options?: RunOptions): Promise<Outcome>;
  runProcess(argv: readonly string[], options?: Pick<RunOptions, 'env'>): Promise<Outcome>;
}

const processPath = fileURLToPath(new URL('lending-process.ts', import.meta.url));

/**
 * @param synced - Whether there is a `sync.c1z`. It holds the library as it is at first.
 * @param changes - What is otherwise in the library.
 */
export async function createLendingPlace(
  t: TestContext,
  { synced = false, ...changes }: Partial<Library> & { synced?: boolean } = {},
): Promise<LendingPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'lending-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const libraryPath = join(folder, 'library.json');
  writeLibrary(libraryPath, changes);
  const environment = (env: RunOptions['env']) => ({ BATON_LIBRARY_FILE: libraryPath, TMPDIR: folder, ...env });
  const place: LendingPlace = {
    folder,
    library: () => readLibrary(libraryPath),
    run: async (argv, { env, signal = new AbortController().signal, program = lendingProgram } = {}) =>
      await runAndCollect(program, lendingCommands, { argv, env: environment(env), cwd: folder, signal }),
    runProcess: async (argv, { env } = {}) => {
      const { NODE_COMPILE_CACHE } = process.env;
      const child = spawn(process.execPath, [processPath, ...argv], {
        cwd: folder,
        env: { ...environment(env), ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      t.after(() => child.kill('SIGKILL'));
      const [[exitCode], stdout, stderr] = await Promise.all([
        once(child, 'close') as Promise<[number | null]>,
        text(child.stdout),
        text(child.stderr),
      ]);
      return { exitCode, stdout, stderr };
    },
  };
  if (synced) {
    const { exitCode, stderr } = await place.run([]);
    if (exitCode !== 0) throw new Error(`the sync failed: ${stderr}`);
  }
  return place;
}
