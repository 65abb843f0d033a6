import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { StoredTable } from '../../../src/baton/explore/stored-table.ts';
import type { AnyTable, Cell } from '../../../src/baton/inspect/table.ts';

/** Rows of a database, which a statement reads while they are stored. */
function numbers(db: DatabaseSync, count: number): AnyTable {
  const sql = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count}) select i from n`;
  const rows = () => Iterator.from(db.prepare(sql).iterate()).map(({ i }): readonly Cell[] => [`n${i}`, Number(i)]);
  return {
    name: 'numbers',
    titles: [],
    textRows: rows,
    columnNames: ['name', 'number'],
    cellRows: rows,
    records: () => Iterator.from([]),
  };
}

function openDatabase(t: { after(close: () => void): void }): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  t.after(() => db.close());
  StoredTable.prepare(db);
  return db;
}

test('several tables are stored at the same time', async (t) => {
  const db = openDatabase(t);
  const tables = await Promise.all([3000, 2000, 1000].map((count) => StoredTable.store(db, numbers(db, count))));
  assert.deepEqual(
    tables.map((table) => table.page({ page: 1, size: 1, sort: '-number' })),
    [3000, 2000, 1000].map((count) => ({ total: count, rows: [{ name: `n${count}`, number: count }] })),
  );
});

test('a table can be dropped once nobody reads its rows', async (t) => {
  const db = openDatabase(t);
  const table = await StoredTable.store(db, numbers(db, 10));
  const rows = table.cellRows({ search: 'N1' });
  assert.deepEqual(rows.next().value, ['n1', 1]);
  assert.equal(table.isInUse, true);
  assert.deepEqual([...rows], [['n10', 10]]);
  assert.equal(table.isInUse, false);
  table.drop();
  assert.throws(() => table.page({ page: 1, size: 1 }), /no such table/);
});

test('values to choose from are counted, unless there are too many', async (t) => {
  const db = openDatabase(t);
  const few = await StoredTable.store(db, numbers(db, 2));
  assert.deepEqual(few.choices('name'), [
    { value: 'n1', count: 1 },
    { value: 'n2', count: 1 },
  ]);
  const many = await StoredTable.store(db, numbers(db, 31));
  assert.deepEqual(many.choices('name'), []);
});

test('who has the words of a search in the name comes first; the keys of a profile are not searched', async (t) => {
  const rows = (): IteratorObject<readonly Cell[]> =>
    [
      ['Bo Lee', '{"manager":"Ana Diaz","tags":["x"]}'],
      ['Cy Ana', '{"manager":"Bo Lee"}'],
      ['Ana Bo', ''],
    ].values();
  const people = { ...numbers(openDatabase(t), 0), columnNames: ['name', 'profile'], cellRows: rows };
  const table = await StoredTable.store(openDatabase(t), people);
  const find = (search: string) => table.page({ search, page: 1, size: 10 }).rows.map(({ name }) => name);
  assert.deepEqual(find('ANA'), ['Ana Bo', 'Cy Ana', 'Bo Lee']);
  assert.deepEqual(find('bo ana'), ['Bo Lee', 'Ana Bo', 'Cy Ana']);
  assert.deepEqual(find('manager'), []);
  assert.deepEqual(find('x'), ['Bo Lee']);
  assert.deepEqual(
    [...table.cellRows({ search: 'ana' })].map(([name]) => name),
    ['Ana Bo', 'Cy Ana', 'Bo Lee'],
  );
});

test('a table is prepared in steps, between which others run', async (t) => {
  const db = openDatabase(t);
  const turns: string[] = [];
  const prepare = function* (): Generator<void> {
    for (const step of ['first', 'second']) {
      turns.push(step);
      setImmediate(() => turns.push('another'));
      yield;
    }
  };
  const table = await StoredTable.store(db, { ...numbers(db, 1), prepare });
  assert.deepEqual(turns, ['first', 'another', 'second', 'another']);
  assert.equal(table.page({ page: 1, size: 1 }).total, 1);
});

test('reading a table ends when the program stops', async (t) => {
  const db = openDatabase(t);
  const stopping = StoredTable.store(db, numbers(db, 3000), AbortSignal.abort(new Error('stopped')));
  await assert.rejects(stopping, /stopped/);
});
