// Counts the requests that a sync sends to the simulator, and those of another connector if its program is given:
//   node scripts/count-requests.ts [--slow] [program]
// With --slow, it uses reports that take up to several minutes instead.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type PercipioSimulator, startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../src/simulator/percipio/simulator-options.ts';

interface Case {
  readonly users: number;
  readonly courses: number;
  /** The number of courses to limit the sync to, 0 for no limit. */
  readonly limited?: number;
  readonly reportSeconds: number;
  readonly options?: PercipioSimulatorOptions;
  readonly argv?: readonly string[];
  readonly note?: string;
  /** Whether only this program has the settings. */
  readonly isOurs?: boolean;
}

const quick: readonly Case[] = [
  { users: 1, courses: 1, reportSeconds: 0 },
  { users: 999, courses: 999, reportSeconds: 0 },
  { users: 1000, courses: 1000, reportSeconds: 0 },
  { users: 1001, courses: 1001, reportSeconds: 0 },
  { users: 2000, courses: 2000, reportSeconds: 0 },
  { users: 2000, courses: 2000, reportSeconds: 0, argv: ['--workers=4'], note: '--workers 4' },
  { users: 20_000, courses: 20_000, reportSeconds: 0 },
  { users: 500, courses: 500, reportSeconds: 0, options: { catalogLast: 'neither' }, note: 'no link' },
  { users: 500, courses: 500, reportSeconds: 0, options: { catalogLast: 'total' }, note: 'total, no link' },
  { users: 500, courses: 0, reportSeconds: 0 },
  { users: 1500, courses: 300, limited: 1, reportSeconds: 0 },
  { users: 1500, courses: 300, limited: 60, reportSeconds: 0 },
  { users: 1500, courses: 1500, reportSeconds: 0, argv: ['--skip-entitlements-and-grants'], note: 'no grants' },
  { users: 1500, courses: 1500, reportSeconds: 0, argv: ['--sync-resource-types=user'], note: 'users only' },
  { users: 1500, courses: 1500, reportSeconds: 0, argv: ['--sync-licenses'], note: 'licenses', isOurs: true },
];

const slow: readonly Case[] = [5, 50, 70, 200].map((reportSeconds) => ({ users: 1500, courses: 1500, reportSeconds }));

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const [other] = process.argv.slice(2).filter((argument) => argument !== '--slow');

writeLine(['users', 'catalog', 'limited to', 'report takes', '', 'baton-percipio', ...(other ? ['the other'] : [])]);
writeLine(['---:', '---:', '---:', '---:', '---', '---', ...(other ? ['---'] : [])]);
for (const each of process.argv.includes('--slow') ? slow : quick) {
  const cells = [each.users, each.courses, each.limited ?? '', `${each.reportSeconds} s`, each.note ?? ''];
  cells.push(await count(each, [process.execPath, main]));
  if (other) cells.push(each.isOurs ? '' : await count(each, [other]));
  writeLine(cells);
}

function writeLine(cells: readonly (string | number)[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

/** Syncs once and describes how many requests arrived, by kind. */
async function count(
  { users, courses, limited = 0, reportSeconds, options, argv = [] }: Case,
  [command = '', ...before]: readonly string[],
): Promise<string> {
  await using simulator = await startPercipioSimulator({
    users,
    courses,
    activityRows: courses === 0 ? 0 : 1000,
    reportPolls: { pending: 0, inProgress: 0 },
    reportDelayMs: reportSeconds * 1000,
    ...options,
  });
  const folder = await mkdtemp(join(tmpdir(), 'count-requests-'));
  try {
    const ids = simulator.data.courses.slice(0, limited).map(({ id }) => id);
    const limit = limited === 0 ? [] : [`--limited-courses=${ids.join(',')}`];
    const startedAtMs = performance.now();
    const child = spawn(command, [...before, ...limit, ...argv], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        BATON_BASE_URL: simulator.url,
        BATON_ORGANIZATION_ID: simulator.organizationId,
        BATON_API_TOKEN: simulator.token,
        BATON_FILE: join(folder, 'sync.c1z'),
        // For the Go SDK: otherwise a cached response from an earlier sync could replace a request.
        BATON_DISABLE_HTTP_CACHE: 'true',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [[exitCode], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10;
    if (exitCode !== 0) return `failed: ${stderr.slice(-300).replaceAll('\n', ' ')}`;
    return `${simulator.requests.total} (${countKinds(simulator)}), ${seconds} s`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function countKinds({ requests }: PercipioSimulator): string {
  const kinds: [name: string, path: RegExp][] = [
    ['users', /\/users$/],
    ['catalog', /catalog-content$/],
    ['compliance', /compliance-content$/],
    ['search', /search-content$/],
    ['report', /learning-activity$/],
    ['license report', /entitlements$/],
    ['collections', /collections$/],
    ['license pools', /license-pools$/],
    ['polls', /report-requests\/:id$/],
  ];
  const parts = kinds.map(([name, path]) => {
    const counts = [...requests.counts].filter(([kind]) => path.test(kind)).map(([, times]) => times);
    return `${name} ${counts.reduce((sum, times) => sum + times, 0)}`;
  });
  return parts.filter((part) => !part.endsWith(' 0')).join(', ');
}
