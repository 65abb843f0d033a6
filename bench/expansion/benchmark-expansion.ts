// Expands the grants of the same sync with our code and with the Go SDK's syncer.
import { execFileSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ourConnector } from '../connectors.ts';
import { OtherWork } from '../process/other-work.ts';
import { runMeasured } from '../process/run-measured.ts';
import type { ExpansionResults, ExpansionRun } from './expansion-results.ts';
import { countGrants, expansionSize, usersPerMillion } from './expansion-world.ts';

const interop = fileURLToPath(new URL('../../test/interop/', import.meta.url));
const expander = fileURLToPath(new URL('./expand-process.ts', import.meta.url));

/**
 * Requires Go.
 * @param millions - How many grants are added, in millions.
 * @param log - Called with a line of text per run.
 */
export async function benchmarkExpansion(
  millions: number,
  workFolder: string,
  log: (text: string) => void,
): Promise<ExpansionResults> {
  const users = millions * usersPerMillion;
  const size = expansionSize(users);
  const folder = join(workFolder, 'expansion');
  await mkdir(folder);
  try {
    const program = join(folder, 'expand');
    execFileSync('go', ['build', '-o', program, './cmd/expand'], {
      cwd: interop,
      env: { ...process.env, GOTOOLCHAIN: 'local' },
      stdio: 'inherit',
    });
    const world = join(folder, 'listed.c1z');
    const node = process.execPath;
    const { env } = ourConnector();
    const measure = async (who: string, words: readonly string[]): Promise<ExpansionRun> => {
      const others = new OtherWork([]);
      const { stdout, cpuMs, peakBytes } = await runMeasured({ words, env, folder });
      const run = { ...(JSON.parse(stdout) as ExpansionRun), peakBytes, otherWork: others.share(cpuMs) };
      log(`expansion, ${who}: ${(run.wallMs / 1000).toFixed(2)} s, ${(run.cpuMs / 1000).toFixed(2)} s of CPU`);
      return run;
    };
    const ours = await measure('ours', [node, expander, join(folder, 'ours.c1z'), folder, String(users), 'expand']);
    await runMeasured({ words: [node, expander, world, folder, String(users), 'save'], env, folder });
    const go = await measure('Go', [program, world, folder]);
    return { ...countGrants(size), ours, go };
  } finally {
    await rm(folder, { recursive: true });
  }
}
