import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import {
  type Connector,
  type ResourceRequest,
  type ResourceSyncer,
  singlePage,
} from '../../../src/baton/author/connector.ts';
import type { Context } from '../../../src/baton/author/context.ts';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { unpackC1z } from '../../../src/baton/c1z/file/unpack-c1z.ts';
import { createSchema } from '../../../src/baton/c1z/tables/schema.ts';
import { buildGrant, entitlementStub } from '../../../src/baton/messages/grant.ts';
import { buildResource } from '../../../src/baton/messages/resource.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { wholeSync } from '../../../src/baton/sync/sync-context.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import { readBulkLoad, type SyncToFileOptions, syncToFile } from '../../../src/baton/sync/sync-to-file.ts';
import { bookType, createLibrary, createSeries } from '../library-connector.ts';
import { withSyncer } from './sync-connector.ts';

/** A folder with one for temporary files in it; both are removed when the test ends. */
async function createFolders(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'sync-to-file-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const temporaryFolder = join(folder, 'tmp');
  await mkdir(temporaryFolder);
  return { folder, temporaryFolder, path: join(folder, 'sync.c1z') };
}

type Folders = Awaited<ReturnType<typeof createFolders>>;

async function sync(
  { path, temporaryFolder }: Folders,
  options: Partial<SyncToFileOptions> & { connector?: Connector } = {},
) {
  const { connector = createLibrary().connector, ...others } = options;
  const observer = new SyncTally(() => {});
  const synced = await syncToFile({
    path,
    temporaryFolder,
    keptFullSyncs: 2,
    services: createConnectorServices(connector, { provisioning: false, ticketing: false }),
    logger: pino({ level: 'silent' }),
    observer,
    signal: new AbortController().signal,
    ...wholeSync,
    ...others,
  });
  return { ...synced, observer };
}

/** A library whose list of grants does `work` in the middle of a sync. */
function libraryThat(work: () => Promise<never[]>): Connector {
  const { connector } = createLibrary();
  return {
    ...connector,
    resourceTypes: connector.resourceTypes.map((syncer) =>
      syncer.type.id === 'book' ? { ...syncer, grants: singlePage(work) } : syncer,
    ),
  };
}

async function runsIn(path: string) {
  await using file = await readC1z(path);
  return file.runs();
}

test('a sync becomes a file with one finished run, and nothing else is left', async (t) => {
  const folders = await createFolders(t);
  const { syncId, stats, saved } = await sync(folders);
  assert.equal(saved.path, folders.path);
  assert.deepEqual([stats.resources, stats.entitlements, stats.grants], [5, 2, 4]);
  const [run, ...others] = await runsIn(folders.path);
  assert.deepEqual([run?.syncId, run?.type, run?.supportsDiff, others.length], [syncId, 'full', true, 0]);
  assert.ok(run?.endedAt);
  // 7 steps; 2 listings of resources, 2 of static entitlements, 2 of entitlements and 2 of grants.
  assert.deepEqual(JSON.parse(run.syncToken), { current_action_id: 15, completed_actions_count: 15, version: 1 });
  assert.deepEqual(await readdir(folders.temporaryFolder), []);
  assert.deepEqual((await readdir(folders.folder)).sort(), ['sync.c1z', 'tmp']);
});

test('a sync is added to an existing file, and keeps the rows of the previous one', async (t) => {
  const folders = await createFolders(t);
  const first = await sync(folders);
  const second = await sync(folders, { connector: createLibrary({ books: 5 }).connector });
  await using file = await readC1z(folders.path);
  assert.deepEqual(
    file.runs().map((run) => run.syncId),
    [first.syncId, second.syncId],
  );
  const booksOf = (syncId: string) => file.records(syncId).resources({ resourceTypeId: 'book' }).length;
  assert.deepEqual([booksOf(first.syncId), booksOf(second.syncId)], [2, 5]);
});

for (const isRepeated of [false, true]) {
  test(`the grants are counted as the file has them${isRepeated ? ', each once, though listed twice' : ''}`, async (t) => {
    const folders = await createFolders(t);
    // In the file already: grants of another run do not count.
    await sync(folders);
    const { connector } = createLibrary();
    const resourceTypes = connector.resourceTypes.map(({ grants, ...syncer }): ResourceSyncer => {
      if (!grants || !isRepeated) return { ...syncer, ...(grants && { grants }) };
      const twice = singlePage(async (request: ResourceRequest, context: Context) => {
        const { items } = await grants.page({ ...request, pageSize: 1000 }, undefined, context);
        return [...items, ...items];
      });
      return { ...syncer, grants: twice };
    });
    const { grants, stats } = await sync(folders, { connector: { ...connector, resourceTypes } });
    assert.deepEqual([...grants], [['book borrowed', 4]]);
    assert.equal(stats.grants, 4);
  });
}

test('keptFullSyncs: the oldest runs beyond it are removed, and named', async (t) => {
  const folders = await createFolders(t);
  const ids: string[] = [];
  for (let syncs = 0; syncs < 3; syncs += 1) {
    ids.push((await sync(folders)).syncId);
  }
  const { syncId, prunedSyncIds } = await sync(folders, { keptFullSyncs: 1 });
  assert.deepEqual(prunedSyncIds, ids.slice(1));
  assert.deepEqual(
    (await runsIn(folders.path)).map((run) => run.syncId),
    [syncId],
  );
});

test('keptFullSyncs: undefined keeps every run', async (t) => {
  const folders = await createFolders(t);
  for (let syncs = 0; syncs < 4; syncs += 1) {
    assert.deepEqual((await sync(folders, { keptFullSyncs: undefined })).prunedSyncIds, []);
  }
  assert.equal((await runsIn(folders.path)).length, 4);
});

test('skipEntitlementsAndGrants: the run is of type resources_only', async (t) => {
  const folders = await createFolders(t);
  const { type, stats } = await sync(folders, { skipEntitlementsAndGrants: true });
  assert.deepEqual([type, stats.resources, stats.entitlements, stats.grants], ['resources_only', 5, 0, 0]);
  const [run] = await runsIn(folders.path);
  assert.deepEqual([run?.type, run?.supportsDiff], ['resources_only', false]);
});

test('isEmpty: the run is full, finished and has no rows', async (t) => {
  const folders = await createFolders(t);
  const { type, stats } = await sync(folders, { isEmpty: true });
  assert.deepEqual([type, stats.resourceTypes, stats.resources], ['full', 0, 0]);
  const [run] = await runsIn(folders.path);
  assert.ok(run?.endedAt);
  assert.equal(run.supportsDiff, false, 'it never reached the expansion of grants');
});

test('grants that follow from others are in the counts of the file', async (t) => {
  for (const skipExpandGrants of [false, true]) {
    const folders = await createFolders(t);
    const { grants, stats } = await sync(folders, { connector: createSeries(), skipExpandGrants });
    const count = skipExpandGrants ? 3 : 5;
    assert.deepEqual([stats.grants, [...grants]], [count, [['book borrowed', count]]]);
    const [run] = await runsIn(folders.path);
    assert.equal(run?.supportsDiff, true, 'the step was reached');
  }
});

test('the phase file comes last', async (t) => {
  const { observer } = await sync(await createFolders(t));
  assert.deepEqual(
    [...observer.phases.keys()],
    ['validate', 'resource types', 'resources', 'entitlements', 'grants', 'file'],
  );
});

const failures: [what: string, run: (folders: Folders) => Promise<unknown>, expected: RegExp][] = [
  [
    'the connector fails in the middle',
    (folders) =>
      sync(folders, {
        connector: libraryThat(async () => {
          throw new ServiceError(Code.Unavailable, 'the shelf fell over', { reason: 'shelf' });
        }),
      }),
    /the shelf fell over/,
  ],
  [
    'the signal aborts in the middle',
    (folders) => {
      const controller = new AbortController();
      const connector = libraryThat(async () => {
        controller.abort(new Error('stopped'));
        return [];
      });
      return sync(folders, { connector, signal: controller.signal });
    },
    /stopped/,
  ],
  [
    'the signal aborts while the file is written',
    (folders) => {
      const controller = new AbortController();
      const observer = new SyncTally((event) => {
        if (event.kind === 'phase started' && event.phase === 'file') controller.abort(new Error('stopped'));
      });
      return sync(folders, { observer, signal: controller.signal });
    },
    /stopped/,
  ],
];
for (const [what, run, expected] of failures) {
  test(`when ${what}, an existing file stays byte for byte and no other file is left`, async (t) => {
    const folders = await createFolders(t);
    await sync(folders);
    const before = await readFile(folders.path);
    await assert.rejects(run(folders), expected);
    assert.ok(before.equals(await readFile(folders.path)));
    assert.deepEqual((await readdir(folders.folder)).sort(), ['sync.c1z', 'tmp']);
    assert.deepEqual(await readdir(folders.temporaryFolder), []);
  });

  test(`when ${what}, no new file appears`, async (t) => {
    const folders = await createFolders(t);
    await assert.rejects(run(folders), expected);
    assert.deepEqual(await readdir(folders.folder), ['tmp']);
    assert.deepEqual(await readdir(folders.temporaryFolder), []);
  });
}

test('a damaged file is reported before the application gets any request', async (t) => {
  const folders = await createFolders(t);
  await writeFile(folders.path, 'no c1z file');
  const { connector, reads } = createLibrary();
  await assert.rejects(sync(folders, { connector }));
  assert.deepEqual(reads, []);
  assert.equal(await readFile(folders.path, 'utf8'), 'no c1z file');
});

/** Whether SQLite wrote the grants of a file: it then rebuilt their indexes, which moves the roots of the trees. */
async function isWrittenBySqlite({ folder, path }: Folders): Promise<boolean> {
  const databasePath = join(folder, 'database');
  await unpackC1z(path, databasePath, { maxDatabaseBytes: 1e9 });
  using db = new DatabaseSync(databasePath);
  assert.equal(db.prepare('pragma quick_check').get()?.quick_check, 'ok');
  using fresh = new DatabaseSync(':memory:');
  createSchema(fresh);
  const rootsOf = (db: DatabaseSync) =>
    db.prepare(`select name, rootpage from sqlite_schema where tbl_name = 'v1_grants' order by name`).all();
  return !isDeepStrictEqual(rootsOf(db), rootsOf(fresh));
}

for (const [env, bySqlite] of [
  [{}, false],
  [{ BATON_BULK_LOAD: 'true' }, false],
  [{ BATON_BULK_LOAD: 'false' }, true],
] as const) {
  test(`with ${JSON.stringify(env)} ${bySqlite ? 'SQLite writes the grants' : 'grants bypass SQLite'}`, async (t) => {
    const folders = await createFolders(t);
    const { connector } = createLibrary({ books: 3, readersOfBook: 10 });
    const { syncId } = await sync(folders, { connector, bulkLoad: readBulkLoad(env) });
    assert.equal(await isWrittenBySqlite(folders), bySqlite);
    await using file = await readC1z(folders.path);
    assert.equal([...file.records(syncId).allGrants()].length, 30);
  });
}

test('a full sync warns of grants that refer to nothing in the file, and a targeted one does not', async (t) => {
  const folders = await createFolders(t);
  const gone = entitlementStub(buildResource({ type: bookType, id: 'b0', displayName: 'Book 0' }), 'gone');
  const book = { id: { resourceType: 'book', resource: 'b0' } };
  const connector = withSyncer(createLibrary({ books: 1 }).connector, 'book', {
    grants: singlePage(async () =>
      Array.from({ length: 30 }, (_, i) => buildGrant(gone, 'reader', `gone${String(i).padStart(2, '0')}`)),
    ),
    get: async () => buildResource({ type: bookType, id: 'b0', displayName: 'Book 0' }),
  });
  const { observer, stats } = await sync(folders, { connector });
  assert.equal(stats.grants, 30);
  const named = Array.from({ length: 25 }, (_, i) => `reader:gone${String(i).padStart(2, '0')}`).join(', ');
  assert.deepEqual(observer.warnings, [
    '30 grants of entitlements that were not listed: book:b0:gone',
    `30 grants to principals that were not listed: ${named}, and 5 more`,
  ]);
  const targeted = await sync(folders, { connector, targets: [book] });
  assert.equal(targeted.stats.grants, 30);
  assert.deepEqual(targeted.observer.warnings, []);
});
