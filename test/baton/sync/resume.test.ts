import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import pino from 'pino';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import { runFullSync } from '../../../src/baton/sync/full-sync.ts';
import { readCheckpointToken } from '../../../src/baton/sync/plan/checkpoint-token.ts';
import type { SyncState } from '../../../src/baton/sync/plan/sync-state.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import { temporaryFolder } from '../c1z/temporary-folder.ts';
import { hotel, readRecords } from './hotel.ts';

/** Syncs, after a failure at each of these calls again from the last checkpoint. */
async function syncWithFailures(folder: string, failingCalls: readonly number[], bulkLoad: boolean) {
  let calls = 0;
  const services = hotel(() => {
    if (failingCalls.includes(++calls)) throw new ServiceError(Code.FailedPrecondition, 'cut', { reason: 'cut' });
  });
  await using file = await openC1z(join(folder, `${failingCalls.join('-')}.c1z`), { bulkLoad });
  const store = file.startSync({ type: 'full' });
  let state: SyncState | undefined;
  for (;;) {
    try {
      await runFullSync({
        ...{ services, store, state, logger: pino({ level: 'silent' }), observer: new SyncTally(() => {}) },
        ...{ signal: new AbortController().signal, resourceTypeIds: [], skipEntitlementsAndGrants: false },
        ...{ isEmpty: false, workers: 1, checkpointIntervalMs: 0 },
      });
      await store.endGrants();
      return { calls, records: readRecords(store.records) };
    } catch (error) {
      assert.match(String(error), /cut/);
      state = readCheckpointToken(file.runs().at(-1)?.syncToken ?? '');
      assert.ok(state);
    }
  }
}

for (const bulkLoad of [false, true]) {
  test(`a sync that fails at any call goes on from its checkpoint, with the same result${bulkLoad ? '; grants bypass SQLite' : ''}`, async (t) => {
    const folder = await temporaryFolder(t);
    const whole = await syncWithFailures(folder, [], bulkLoad);
    assert.deepEqual([whole.records.resources.length, whole.records.grants.length], [4, 6]);
    for (let call = 1; call <= whole.calls; call++) {
      const cut = await syncWithFailures(folder, [call], bulkLoad);
      assert.deepEqual(cut.records, whole.records, `call ${call}`);
      // Only the failed call and the prefetched one are made again; where grants bypass SQLite, their step begins again.
      if (!bulkLoad) assert.ok(cut.calls <= whole.calls + 2, `call ${call}: ${cut.calls} calls`);
    }
  });
}

test('a sync that fails at every call ends all the same', async (t) => {
  const folder = await temporaryFolder(t);
  const whole = await syncWithFailures(folder, [], false);
  const odd = Array.from({ length: whole.calls }, (_, i) => 2 * i + 1);
  const cut = await syncWithFailures(folder, odd, false);
  assert.deepEqual(cut.records, whole.records);
});
