import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import {
  type Grant,
  GrantsService,
  type GrantsServiceListGrantsRequest,
  GrantsServiceListGrantsResponseSchema,
} from '#gen/c1/connector/v2/grant_pb.js';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import { entitlementStub } from '../../../src/baton/messages/grant.ts';
import { buildResource } from '../../../src/baton/messages/resource.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { type ListFields, ListResponse } from '../../../src/baton/services/list-response.ts';
import { type ServiceEntry, serviceEntry } from '../../../src/baton/services/service-entry.ts';
import { runFullSync } from '../../../src/baton/sync/full-sync.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import { bookType, createLibrary } from '../library-connector.ts';

const library = createConnectorServices(createLibrary().connector, { provisioning: false, ticketing: false });

/** Syncs a library with 2 books that 2 readers each have; the ids of the stored grants, and what was skipped. */
async function syncTypes(resourceTypeIds: readonly string[], services: readonly ServiceEntry[] = library) {
  const folder = await mkdtemp(join(tmpdir(), 'sync-grants-test-'));
  try {
    await using file = await openC1z(join(folder, 'sync.c1z'));
    const store = file.startSync({ type: 'full' });
    const observer = new SyncTally(() => {});
    await runFullSync({
      services,
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

test('grants of a connector in this process are stored as its listing returned them', async () => {
  const book = buildResource({ type: bookType, id: 'b0', displayName: 'Book 0' });
  const stub = entitlementStub(book, 'borrowed');
  const items = ['r0', 'r1'].map((principal) => ({ entitlement: stub, principalType: 'reader', principal }));
  const listGrants = ({ resource }: GrantsServiceListGrantsRequest): ListFields<Grant> =>
    new ListResponse({
      typeName: GrantsServiceListGrantsResponseSchema.typeName,
      items: resource?.id?.resource === 'b0' ? items : [],
      toMessage: () => assert.fail('a message was made'),
      bytes: undefined,
      nextPageToken: '',
      annotations: [],
    });
  const services = library.map((entry) =>
    entry.desc.typeName === GrantsService.typeName ? serviceEntry(GrantsService, { listGrants }) : entry,
  );
  const { grants } = await syncTypes(['book', 'reader'], services);
  assert.deepEqual(grants, ['book:b0:borrowed:reader:r0', 'book:b0:borrowed:reader:r1']);
});
