import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { bulkLoadGrants } from '../../../../src/baton/c1z/load/bulk-load-grants.ts';
import { GrantLoader } from '../../../../src/baton/c1z/load/grant-loader.ts';
import type { GrantRow } from '../../../../src/baton/c1z/tables/grant-row.ts';
import { GrantTable } from '../../../../src/baton/c1z/tables/grant-table.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  assertSame,
  discoveredAt,
  indexNames,
  openGrantDatabase,
  row,
  sortedRows,
  syncId,
  writeBySqlite,
} from './grant-database.ts';

/** A database in a file, and a load into it. */
async function startLoad(t: TestContext, pageBytes = 4096): Promise<{ db: DatabaseSync; loader: GrantLoader }> {
  const db = openGrantDatabase(join(await temporaryFolder(t), 'db'), pageBytes);
  t.after(() => db.close());
  const loader = GrantLoader.start(db, syncId);
  assert.ok(loader);
  return { db, loader };
}

function putAll(loader: GrantLoader, rows: readonly GrantRow[]): void {
  for (const row of rows) assert.equal(loader.put(row, discoveredAt), true, row.externalId);
}

/** Writes pages of rows by a whole load. */
async function bulkLoad(db: DatabaseSync, ...pages: readonly (readonly GrantRow[])[]): Promise<GrantTable> {
  const table = new GrantTable(db, syncId);
  using load = bulkLoadGrants(db, syncId, table);
  for (const page of pages) load.put(page.values(), discoveredAt);
  await load.end();
  return table;
}

const allIndexes = indexNames(openGrantDatabase(undefined, 4096));
const [entitlementPrincipal, entitlementSync, external, principal, resourceType] = allIndexes as [
  string,
  string,
  string,
  string,
  string,
];

for (const pageBytes of [512, 1024, 4096, 16_384, 65_536]) {
  for (const count of [1, 2, 10, 1000, ...(pageBytes === 512 || pageBytes === 16_384 ? [50_000] : [])]) {
    test(`${count} rows are loaded into pages of ${pageBytes} bytes as SQLite writes them`, async (t) => {
      // What is longer needs overflow pages in small ones.
      const rows = sortedRows(count).map((row) => ({ ...row, data: row.data.subarray(0, pageBytes / 4) }));
      const { db, loader } = await startLoad(t, pageBytes);
      putAll(loader, rows);
      loader.finish(true);
      assert.deepEqual(indexNames(db), allIndexes, 'no index was dropped');
      using expected = await writeBySqlite(rows, pageBytes);
      assertSame(db, expected);
      assert.equal(db.prepare('pragma freelist_count').get()?.freelist_count, 0);
    });
  }
}

test('a load without rows changes nothing', async (t) => {
  const { db, loader } = await startLoad(t);
  loader.finish(true);
  using expected = await writeBySqlite([], 4096);
  assertSame(db, expected);
});

test('SQLite reads the database while grants are loaded, and writes to it afterwards', async (t) => {
  const { db, loader } = await startLoad(t);
  const count = db.prepare('select count(*) as n from v1_entitlements');
  const first = db.prepare('select data from v1_grants where external_id = ?');
  const rows = sortedRows(3000);
  assert.equal(count.get()?.n, 100);
  putAll(loader, rows);
  assert.equal(count.get()?.n, 100);
  loader.finish(true);
  assert.equal(db.isTransaction, true);
  assert.equal(db.prepare('pragma locking_mode').get()?.locking_mode, 'exclusive');
  assert.ok(first.get(rows[2999]?.externalId ?? ''));
  const added = sortedRows(3100).slice(3000);
  using expected = await writeBySqlite(rows, 4096);
  for (const database of [db, expected]) {
    const insert = database.prepare(`insert into v1_grants values (null, ?, ?, ?, ?, ?, ?, null, 0, ?, ?, ?)`);
    for (const { resourceTypeId, resourceId, entitlementId, principalTypeId, principalId, ...rest } of added) {
      const ids = [resourceTypeId, resourceId, entitlementId, principalTypeId, principalId, rest.externalId];
      insert.run(...ids, rest.data, syncId, discoveredAt);
    }
    database.exec(`delete from v1_grants where id % 3 = 0`);
  }
  assertSame(db, expected);
});

test('rolling back after a load leaves what was loaded', async (t) => {
  const { db, loader } = await startLoad(t);
  const rows = sortedRows(500);
  putAll(loader, rows);
  loader.finish(true);
  db.exec('delete from v1_grants');
  db.exec('rollback');
  using expected = await writeBySqlite(rows, 4096);
  assertSame(db, expected);
});

const unsorted: [title: string, rows: GrantRow[], given: string[]][] = [
  ['resources', [row({ resourceId: 'c2', externalId: 'a' }), row({ externalId: 'b' })], [resourceType]],
  ['resource types', [row({ resourceTypeId: 'z', externalId: 'a' }), row({ externalId: 'b' })], [resourceType]],
  [
    'entitlements',
    [row({ entitlementId: 'e2', externalId: 'a' }), row({ entitlementId: 'e1', externalId: 'b' })],
    [entitlementPrincipal, entitlementSync],
  ],
  [
    'principals of an entitlement',
    [row({ principalId: 'u2', externalId: 'a' }), row({ externalId: 'b' })],
    [entitlementPrincipal],
  ],
  ['ids of grants', [row({ externalId: 'b' }), row({ externalId: 'a' })], [external]],
  ['ids of grants, the same twice', [row(), row()], [external]],
];
for (const [title, rows, dropped] of unsorted) {
  test(`unsorted ${title}: the index is left to SQLite, the others are written`, async (t) => {
    const { db, loader } = await startLoad(t);
    const before = sortedRows(2000).map((row) => ({
      ...row,
      resourceTypeId: 'a',
      externalId: `0${row.externalId}`,
      entitlementId: `0${row.entitlementId}`,
    }));
    putAll(loader, [...before, ...rows, row({ resourceTypeId: 'zz', entitlementId: 'z', externalId: 'z' })]);
    loader.finish(true);
    assert.deepEqual(
      indexNames(db),
      allIndexes.filter((name) => !dropped.includes(name)),
    );
    assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
  });
}

test('where there is no memory for the order of the principals, their index is left to SQLite', async (t) => {
  const db = openGrantDatabase(join(await temporaryFolder(t), 'db'), 4096);
  t.after(() => db.close());
  const loader = GrantLoader.start(db, syncId, { maxBytes: 300_000 });
  assert.ok(loader);
  const rows = sortedRows(70_000);
  putAll(loader, rows);
  loader.finish(true);
  assert.deepEqual(
    indexNames(db),
    allIndexes.filter((name) => name !== principal),
  );
  assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
});

test('without indexes only the rows are written', async (t) => {
  const { db, loader } = await startLoad(t);
  putAll(loader, sortedRows(2000));
  loader.finish(false);
  assert.deepEqual(indexNames(db), []);
  assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
  assert.equal(db.prepare('select count(*) as n from v1_grants').get()?.n, 2000);
});

/** How long a part of a row can be before SQLite needs an overflow page for the row. */
function longestWithoutOverflow(pageBytes: number, rowOf: (length: number) => GrantRow): number {
  using db = openGrantDatabase(undefined, pageBytes);
  const insert = db.prepare('insert into v1_grants values (1, ?, ?, ?, ?, ?, ?, null, 0, ?, ?, ?)');
  const pages = (length: number) => {
    const { data, ...ids } = rowOf(length);
    db.exec('delete from v1_grants');
    const { resourceTypeId, resourceId, entitlementId, principalTypeId, principalId, externalId } = ids;
    const keys = [resourceTypeId, resourceId, entitlementId, principalTypeId, principalId, externalId];
    insert.run(...keys, data, syncId, discoveredAt);
    const count = (name: string) => Number(db.prepare(`pragma ${name}`).get()?.[name]);
    return count('page_count') - count('freelist_count');
  };
  let length = 1;
  const least = pages(length);
  while (pages(length + 1) === least) length++;
  return length;
}

const lengthened: Record<string, (length: number) => GrantRow> = {
  data: (length) => row({ data: Buffer.alloc(length, 'x') }),
  'id of the grant': (length) => row({ externalId: 'x'.repeat(length) }),
  'id of the resource': (length) => row({ resourceId: 'x'.repeat(length) }),
  'id of the principal': (length) => row({ principalId: 'x'.repeat(length), entitlementId: '' }),
  'id of the entitlement': (length) => row({ entitlementId: 'x'.repeat(length), principalId: '', principalTypeId: '' }),
};
for (const [title, rowOf] of Object.entries(lengthened)) {
  for (const pageBytes of [1024, 4096]) {
    test(`a row with a ${title} that needs an overflow page is refused: pages of ${pageBytes} bytes`, async (t) => {
      const length = longestWithoutOverflow(pageBytes, rowOf);
      // In a load of its own: a later row has a longer row id.
      for (const tooLong of [length + 1, 100_000]) {
        const { db, loader } = await startLoad(t, pageBytes);
        assert.equal(loader.put(rowOf(tooLong), discoveredAt), false);
        loader.finish(true);
        using empty = await writeBySqlite([], pageBytes);
        assertSame(db, empty);
      }
      const { db, loader } = await startLoad(t, pageBytes);
      const longest = rowOf(length);
      putAll(loader, [longest]);
      loader.finish(true);
      using expected = await writeBySqlite([longest], pageBytes);
      assertSame(db, expected);
    });
  }
}

test('text is in the order and in the form that SQLite has', async (t) => {
  const texts = [
    '',
    'a',
    'a\0',
    'a\0b',
    'aa',
    'é',
    '\u07ff',
    '\u0800',
    '\ud7ff',
    '\ue000',
    '\ufffd',
    '\uffff',
    '😀',
    '\u{10ffff}',
  ];
  const { db, loader } = await startLoad(t);
  const rows = texts.map((text) =>
    row({ externalId: text, entitlementId: text, resourceId: text, principalId: text, principalTypeId: text }),
  );
  putAll(loader, rows);
  loader.finish(true);
  assert.deepEqual(indexNames(db), allIndexes, 'all were in order');
  using expected = await writeBySqlite(rows, 4096);
  assertSame(db, expected);
});

test('half a surrogate pair is what SQLite makes of it', async (t) => {
  const texts = ['a', 'a\ud83d', 'b\udc00b', '\ud83d\ud83d', 'x'];
  const { db, loader } = await startLoad(t);
  const rows = texts.map((text, i) => row({ externalId: `${i}${text}`, principalId: text }));
  putAll(loader, rows);
  loader.finish(true);
  using expected = await writeBySqlite(rows, 4096);
  assert.deepEqual(
    indexNames(db),
    allIndexes.filter((name) => name !== entitlementPrincipal),
  );
  db.exec(String(expected.prepare('select sql from sqlite_schema where name = ?').get(entitlementPrincipal)?.sql));
  assertSame(db, expected);
});

test('a load is for an empty table in a transaction on a file, with the schema of this program', async (t) => {
  const folder = await temporaryFolder(t);
  let files = 0;
  const starts = (change: (db: DatabaseSync) => void, inMemory = false) => {
    using db = openGrantDatabase(inMemory ? undefined : join(folder, `db${files++}`), 4096);
    change(db);
    const wasInTransaction = db.isTransaction;
    const loader = GrantLoader.start(db, syncId);
    loader?.finish(true);
    assert.equal(db.isTransaction, wasInTransaction);
    assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
    return loader !== undefined;
  };
  assert.equal(
    starts(() => {}),
    true,
  );
  assert.equal(
    starts(() => {}, true),
    false,
    'in memory',
  );
  const refused = {
    'outside of a transaction': 'commit',
    'with a row': `insert into v1_grants values (null, 'a', 'b', 'c', 'd', 'e', 'f', null, 0, 'data', 's', 'd')`,
    'with another column': 'alter table v1_grants add column more text',
    'without an index': `drop index ${principal}`,
    'with another index': 'create index more on v1_grants (data)',
    'with other columns in an index': `drop index ${principal}; create index ${principal} on v1_grants (resource_id)`,
    'with a trigger': 'create trigger more after insert on v1_grants begin select 1; end',
    'with auto-vacuum': 'commit; pragma auto_vacuum = full; vacuum; begin immediate',
    'with a write-ahead log': 'commit; pragma journal_mode = wal; begin immediate',
  };
  for (const [title, sql] of Object.entries(refused)) {
    assert.equal(
      starts((db) => db.exec(sql)),
      false,
      title,
    );
  }
});

test('free pages that a database has stay free', async (t) => {
  const db = openGrantDatabase(join(await temporaryFolder(t), 'db'), 4096);
  t.after(() => db.close());
  const insert = db.prepare('insert into v1_assets values (null, ?, ?, zeroblob(50000), ?, ?)');
  for (let i = 0; i < 10; i++) insert.run(`${i}`, 'type', syncId, discoveredAt);
  db.exec('delete from v1_assets');
  const free = Number(db.prepare('pragma freelist_count').get()?.freelist_count);
  assert.ok(free > 100);
  const loader = GrantLoader.start(db, syncId);
  assert.ok(loader);
  const rows = sortedRows(3000);
  putAll(loader, rows);
  loader.finish(true);
  assert.equal(db.prepare('pragma freelist_count').get()?.freelist_count, free);
  using expected = await writeBySqlite(rows, 4096);
  assertSame(db, expected);
});

for (const before of [0, 20]) {
  test(`${before} rows, then one that needs an overflow page: SQLite writes on, and the indexes are built later`, async (t) => {
    const db = openGrantDatabase(join(await temporaryFolder(t), 'db'), 512);
    t.after(() => db.close());
    const rows = sortedRows(before + 5).map((row) => ({ ...row, data: row.data.subarray(0, 100) }));
    const tooLong = { ...(rows[before] as GrantRow), data: Buffer.alloc(600, 'x') };
    const all = rows.with(before, tooLong);
    const table = await bulkLoad(db, all);
    assert.equal(table.indexed, false);
    await table.buildIndexes();
    using expected = await writeBySqlite(all, 512);
    assertSame(db, expected);
  });
}

const anyText = fc.oneof(
  fc.constantFrom('a', 'b', 'course', 'u1', 'u2', '\ufffd', '😀'),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary-ascii', maxLength: 70 }),
);
const anyBytes = fc.uint8Array({ maxLength: 200 });
const anyRow: fc.Arbitrary<GrantRow> = fc.record({
  externalId: anyText,
  entitlementId: anyText,
  resourceTypeId: anyText,
  resourceId: anyText,
  principalTypeId: anyText,
  principalId: anyText,
  data: anyBytes,
  expansion: fc.option(anyBytes),
});

test('whatever the rows are, a bulk load leaves the same database as SQLite', async (t) => {
  const folder = await temporaryFolder(t);
  let files = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyRow, { maxLength: 60 }),
      fc.constantFrom(undefined, 'externalId' as const, 'entitlementId' as const, 'resourceId' as const),
      fc.constantFrom(512, 1024, 4096),
      async (rows, sortBy, pageBytes) => {
        const sorted = sortBy
          ? rows.toSorted((a, b) => Buffer.compare(Buffer.from(a[sortBy]), Buffer.from(b[sortBy])))
          : rows;
        using db = openGrantDatabase(join(folder, `db${files++}`), pageBytes);
        const table = await bulkLoad(db, sorted);
        // A row that needs an overflow page ended the load: its indexes are built at the end of a sync.
        if (!table.indexed) await table.buildIndexes();
        using expected = await writeBySqlite(sorted, pageBytes);
        assertSame(db, expected);
      },
    ),
    { numRuns: 100 },
  );
});

test('after many rows in order, the first one out of order ends the load, and the indexes are kept', async (t) => {
  const db = openGrantDatabase(join(await temporaryFolder(t), 'db'), 4096);
  t.after(() => db.close());
  const rootPages = () => db.prepare(`select name, rootpage from sqlite_schema where tbl_name = 'v1_grants'`).all();
  const before = rootPages();
  const rows = sortedRows(12_000);
  const last = rows.slice(0, 400).map((row) => ({ ...row, externalId: `a${row.externalId}` }));
  const table = await bulkLoad(db, rows, last);
  assert.equal(table.indexed, true);
  assert.deepEqual(rootPages(), before);
  using expected = await writeBySqlite([...rows, ...last], 4096);
  assertSame(db, expected);
});

test('if more than a few rows come out of order after many in order, SQLite rebuilds the indexes', async (t) => {
  const db = openGrantDatabase(join(await temporaryFolder(t), 'db'), 4096);
  t.after(() => db.close());
  const rows = sortedRows(10_000);
  const last = rows.slice(0, 1000).map((row) => ({ ...row, externalId: `a${row.externalId}` }));
  const table = await bulkLoad(db, [...rows, ...last]);
  assert.equal(table.indexed, false);
  await table.buildIndexes();
  using expected = await writeBySqlite([...rows, ...last], 4096);
  assertSame(db, expected);
});
