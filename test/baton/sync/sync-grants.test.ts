import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { runFullSync } from '../../../src/baton/sync/full-sync.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import { createLibrary } from '../library-connector.ts';

/** Syncs a library with 2 books that 2 readers each have; the ids of the stored grants, and what was skipped. */
async function syncTypes(resourceTypeIds: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'sync-grants-test-'));
  try {
    await using file = await openC1z(join(folder, 'sync.c1z'));
    const store = file.startSync({ type: 'full' });
    const observer = new SyncTally(() => {});
    await runFullSync({
      services: createConnectorServices(createLibrary().connector, { provisioning: false, ticketing: false }),
      store,
      logger: pino({ level: 'silent' }),
      observer,
      signal: new AbortController().signal,
      resourceTypeIds,
      skipEntitlementsAndGrants: false,
      isEmpty: false,
      workers: 1,
    });
    return {
      grants: Array.from(store.records.allGrants(), (grant) => grant.id),
      skipped: Object.fromEntries(observer.skippedCounts),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('grants to principals of a type that is not synced are skipped and counted', async () => {
  assert.deepEqual(await syncTypes(['book']), {
    grants: [],
    skipped: { 'grants of types excluded by --sync-resource-types': 4 },
  });
});

for (const resourceTypeIds of [[], ['book', 'reader']]) {
  test(`with the types ${resourceTypeIds.join(', ') || 'not limited'} every grant is stored`, async () => {
    const { grants, skipped } = await syncTypes(resourceTypeIds);
    assert.deepEqual(
      grants,
      ['b0', 'b1'].flatMap((book) => ['r0', 'r1'].map((reader) => `book:${book}:borrowed:reader:${reader}`)),
    );
    assert.deepEqual(skipped, {});
  });
}
