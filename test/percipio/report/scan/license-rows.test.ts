import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  collectIds,
  LicenseRows,
  licenseFields,
  several,
  toReportUserId,
} from '../../../../src/percipio/report/scan/license-rows.ts';
import { scanRows } from '../../../../src/percipio/report/scan/scan-rows.ts';

async function read(rows: readonly unknown[]): Promise<LicenseRows> {
  const taken = new LicenseRows();
  async function* body() {
    yield Buffer.from(JSON.stringify(rows));
  }
  await scanRows(body(), licenseFields, (bytes, spans) => taken.row(bytes, spans), { name: 'license report' });
  return taken;
}

const lists = {
  users: new Map<string, string | typeof several>([
    ['ann', 'u2'],
    ['bob', 'u1'],
    ['twin', several],
  ]),
  collections: new Map<string, string | typeof several>([
    ['A', 'c2'],
    ['B', 'c1'],
    ['Twice', several],
  ]),
};
const row = (collection: unknown, userId: unknown) => ({ consumed: '2024-05-06', collection, userId });

test('holders are sorted, whatever the order of the rows', async () => {
  for (const rows of [
    [row('A', 'ann'), row('B', 'bob'), row('A', 'bob')],
    [row('A', 'bob'), row('A', 'ann'), row('B', 'bob')],
  ]) {
    const index = (await read(rows)).index(lists);
    assert.deepEqual(index.collectionIds, ['c1', 'c2']);
    assert.deepEqual(index.holdersOf('c1'), ['u1']);
    assert.deepEqual(index.holdersOf('c2'), ['u1', 'u2']);
    assert.deepEqual(index.holdersOf('c3'), []);
  }
});

test('each row counts once', async () => {
  const rows = [
    row(' A ', ' Ann'),
    row('A', 'ANN'),
    row('a', 'ann'),
    row('A', 'eve'),
    row('C', 'eve'),
    row('Twice', 'ann'),
    row('A', 'twin'),
    row('A', ''),
    row('', 'ann'),
    row('A', 7),
    {},
  ];
  const { counts, collectionIds } = (await read(rows)).index(lists);
  assert.deepEqual(counts, {
    rows: 11,
    grants: 1,
    duplicates: 1,
    malformed: 4,
    unknownCollections: 2,
    unknownUsers: 1,
    ambiguous: 2,
  });
  assert.deepEqual(collectionIds, ['c2']);
});

test('a name of two ids stands for neither, and one that is listed twice for its id', () => {
  const ids = collectIds([
    ['a', '1'],
    ['b', '2'],
    ['a', '1'],
    ['b', '3'],
    ['b', '2'],
  ]);
  assert.deepEqual(
    [...ids],
    [
      ['a', '1'],
      ['b', several],
    ],
  );
});

test('a user id is compared without case and padding', () => {
  assert.equal(toReportUserId(' Ann.Lee@Example.COM '), 'ann.lee@example.com');
});
