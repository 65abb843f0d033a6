// Writes a world and expands its grants, and prints what that took. Without `expand` it saves the world for another
// program to expand.
import { pino } from 'pino';
import { openC1z } from '../../src/baton/c1z/c1z-file.ts';
import { expandGrants } from '../../src/baton/sync/expand/expand-grants.ts';
import { readExpansionLimits } from '../../src/baton/sync/expansion-limits.ts';
import { limitHeapGrowth } from '../../src/baton/sync/limit-heap-growth.ts';
import { SyncTally } from '../../src/baton/sync/sync-tally.ts';
import { expansionSize, writeWorld } from './expansion-world.ts';

const [path = '', temporaryFolder = '', users, mode] = process.argv.slice(2);
using _ = limitHeapGrowth();
await using file = await openC1z(path, { temporaryFolder });
const store = file.startSync({ type: 'full' });
await writeWorld(store, expansionSize(Number(users)));
const signal = new AbortController().signal;
const cpuBefore = process.cpuUsage();
const startedAtMs = performance.now();
if (mode === 'expand') {
  await expandGrants(store, {
    limits: readExpansionLimits({}),
    logger: pino({ level: 'silent' }),
    observer: new SyncTally(() => {}),
    signal,
  });
}
const stats = await store.end({ syncToken: '', supportsDiff: true });
const cpu = process.cpuUsage(cpuBefore);
const result = {
  grants: stats.grants,
  wallMs: performance.now() - startedAtMs,
  cpuMs: (cpu.user + cpu.system) / 1000,
};
if (mode !== 'expand') await file.save();
process.stdout.write(`${JSON.stringify(result)}\n`);
