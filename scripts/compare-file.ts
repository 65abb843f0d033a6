// Compares a .c1z file with what a simulated Percipio has.
import type { PercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';
import { readIds, type SyncedIds, trueIds } from '../test/e2e/run-program.ts';

/** What is wrong with the last sync in a file, as a text for each kind of record. Empty if it has exactly what it should. */
export async function faultsOfFile(path: string, simulator: PercipioSimulator): Promise<string[]> {
  return differences(await readIds(path), trueIds(simulator));
}

/** A text for each kind of record whose ids differ. */
export function differences(found: SyncedIds, expected: SyncedIds): string[] {
  return (['resources', 'entitlements', 'grants'] as const).flatMap((kind) => {
    const [has, hasToHave] = [new Set(found[kind]), new Set(expected[kind])];
    const missing = [...hasToHave.difference(has)];
    const extra = [...has.difference(hasToHave)];
    const twice = found[kind].length - has.size;
    if (missing.length + extra.length + twice === 0) return [];
    const example = missing[0] ?? extra[0] ?? '';
    return [`${kind}: ${missing.length} missing, ${extra.length} too many, ${twice} twice, such as ${example}`];
  });
}
