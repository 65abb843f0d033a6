// Runs the whole program against a simulator: as a process of its own, or in this process, where it does not wait.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { readC1z } from '../../src/baton/c1z/c1z-reader.ts';
import { runCommand } from '../../src/baton/commands/run.ts';
import type { SyncSummary } from '../../src/baton/sync/sync-summary.ts';
import { percipioFields, resumeIgnoredFields } from '../../src/percipio/config.ts';
import { createPercipioConnector } from '../../src/percipio/connector.ts';
import type { PercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import { runAndCollect } from '../baton/command-line/run-and-collect.ts';
import type { Lifetime } from '../lifetime.ts';
import { quickTiming } from '../percipio/start-connector.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A folder to run in, with one for temporary files below it. Both are removed when the test ends. */
export interface WorkFolder {
  readonly path: string;
  /** Of the .c1z file, which is not there yet. */
  readonly file: string;
  readonly temporaryFolder: string;
  /** Names of what lies in the folder, but for the one for temporary files. */
  list(): Promise<string[]>;
  listTemporary(): Promise<string[]>;
}

export async function createWorkFolder(t: Lifetime): Promise<WorkFolder> {
  const path = await mkdtemp(join(tmpdir(), 'e2e-test-'));
  t.after(() => rm(path, { recursive: true }));
  const temporaryFolder = join(path, 'tmp');
  await mkdir(temporaryFolder);
  return {
    path,
    file: join(path, 'sync.c1z'),
    temporaryFolder,
    list: async () => (await readdir(path)).filter((name) => name !== 'tmp').sort(),
    listTemporary: () => readdir(temporaryFolder),
  };
}

export interface RunOptions {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Account = Pick<PercipioSimulator, 'url' | 'organizationId' | 'token'>;

/** The settings that lead to a simulator, and nothing of the environment that the test runs in. */
function environmentFor({ url, organizationId, token }: Account, folder: WorkFolder, env: RunOptions['env']) {
  return {
    TMPDIR: folder.temporaryFolder,
    BATON_BASE_URL: url,
    BATON_ORGANIZATION_ID: organizationId,
    BATON_API_TOKEN: token,
    // A test of a failure need not wait.
    BATON_SYNC_RETRY_TIMEOUT: '1ms',
    ...env,
  };
}

/** Starts the program in a process of its own. It is killed when the test ends, if it still runs. */
export function startProcess(t: Lifetime, account: Account, folder: WorkFolder, options: RunOptions = {}) {
  const { NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [main, ...(options.argv ?? [])], {
    cwd: folder.path,
    // A cache of compiled modules, if there is one, halves the time to start.
    env: { ...environmentFor(account, folder, options.env), ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const finished = Promise.all([exited, text(child.stdout), text(child.stderr)]).then(
    ([[exitCode, signal], stdout, stderr]) => ({ exitCode, signal, stdout, stderr }),
  );
  return { child, finished };
}

/** Runs the program in this process, which polls and retries after a millisecond or two. */
export async function runProgram(
  account: Account,
  folder: WorkFolder,
  options: RunOptions & { readonly isTTY?: boolean } = {},
): Promise<Outcome> {
  return await runAndCollect(
    {
      name: 'baton-percipio',
      version: packageJson.version,
      fields: percipioFields,
      resumeIgnores: resumeIgnoredFields,
      connector: (settings, environment) => createPercipioConnector(settings, environment, quickTiming),
    },
    { default: runCommand, named: [] },
    {
      argv: [`--c1z-temp-dir=${folder.temporaryFolder}`, ...(options.argv ?? [])],
      env: environmentFor(account, folder, options.env),
      cwd: folder.path,
      isTTY: options.isTTY,
    },
  );
}

/** Runs the program with `--output json`, and reads its summary. */
export async function runForSummary(
  account: Account,
  folder: WorkFolder,
  options: RunOptions = {},
): Promise<SyncSummary> {
  const { exitCode, stdout, stderr } = await runProgram(account, folder, {
    ...options,
    argv: ['--output=json', '--log-level=error', ...(options.argv ?? [])],
  });
  if (exitCode !== 0) throw new Error(`the program ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as SyncSummary;
}

/** All ids of one sync, sorted. */
export interface SyncedIds {
  readonly resources: string[];
  readonly entitlements: string[];
  readonly grants: string[];
}

/** The ids of the last sync in a file. Those of resources are `type:id`. */
export async function readIds(path: string): Promise<SyncedIds> {
  await using file = await readC1z(path);
  const records = file.records(file.runs().at(-1)?.syncId);
  const sorted = <Item>(items: Iterable<Item>, idOf: (item: Item) => string) => Array.from(items, idOf).sort();
  return {
    resources: sorted(records.allResources(), ({ id }) => `${id?.resourceType}:${id?.resource}`),
    entitlements: sorted(records.allEntitlements(), ({ id }) => id),
    grants: sorted(records.allGrants(), ({ id }) => id),
  };
}

/** What a simulator's truth says that the ids are. */
export function trueIds({ truth }: PercipioSimulator): SyncedIds {
  return {
    resources: [
      ...Array.from(truth.userIds(), (id) => `user:${id}`),
      ...Array.from(truth.courseIds(), (id) => `course:${id}`),
      ...Array.from(truth.roleIds(), (id) => `role:${id}`),
    ].sort(),
    entitlements: [...truth.entitlementIds()].sort(),
    grants: [...truth.grantIds()].sort(),
  };
}
