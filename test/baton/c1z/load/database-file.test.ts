import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { DatabaseFile } from '../../../../src/baton/c1z/load/database-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Makes a database of two pages, and opens it for adding pages. */
async function openFile(t: TestContext, pageBytes: number): Promise<{ path: string; file: DatabaseFile }> {
  const path = join(await temporaryFolder(t), 'db');
  using db = new DatabaseSync(path);
  db.exec(`pragma page_size = ${pageBytes}`);
  db.exec('create table t (a)');
  const file = DatabaseFile.open(path);
  assert.ok(file);
  t.after(() => file.close());
  return { path, file };
}

async function readAt(path: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(path);
  try {
    return (await handle.read(Buffer.alloc(length), 0, length, position)).buffer;
  } finally {
    await handle.close();
  }
}

for (const pageBytes of [512, 4096, 65_536]) {
  test(`pages are added behind those that are there: pages of ${pageBytes} bytes`, async (t) => {
    const { path, file } = await openFile(t, pageBytes);
    assert.deepEqual([file.pageBytes, file.usableBytes], [pageBytes, pageBytes]);
    const pages = pageBytes === 65_536 ? 313 : 5000;
    const page = Buffer.alloc(pageBytes);
    for (let i = 0; i < pages; i++) {
      page.fill(i & 0xff);
      assert.equal(file.append(page), 3 + i);
    }
    file.finish();
    assert.equal((await stat(path)).size, (2 + pages) * pageBytes);
    const header = await readAt(path, 0, 100);
    assert.equal(header.readUInt32BE(28), 2 + pages);
    assert.equal(header.readUInt32BE(92), header.readUInt32BE(24), 'the size is that of the last change');
    for (const i of [0, 1, 15, 300, 312]) {
      page.fill(i & 0xff);
      assert.deepEqual(await readAt(path, (2 + i) * pageBytes, pageBytes), page);
    }
  });
}

test('the page that SQLite locks is left out', async (t) => {
  const pageBytes = 65_536;
  const { path, file } = await openFile(t, pageBytes);
  const page = Buffer.alloc(pageBytes, 'x');
  const lockPage = 2 ** 30 / pageBytes + 1;
  // Sparse: as if a large table was there.
  const handle = await open(path, 'r+');
  await handle.truncate((lockPage - 3) * pageBytes);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(lockPage - 3);
  await handle.write(size, 0, 4, 28);
  await handle.close();
  file.close();
  const large = DatabaseFile.open(path);
  assert.ok(large);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => large.append(page)),
    [lockPage - 2, lockPage - 1, lockPage + 1, lockPage + 2],
  );
  large.finish();
  assert.equal((await stat(path)).size, (lockPage + 2) * pageBytes);
  for (const number of [lockPage - 2, lockPage - 1, lockPage, lockPage + 1, lockPage + 2]) {
    const expected = number === lockPage ? Buffer.alloc(pageBytes) : page;
    assert.ok((await readAt(path, (number - 1) * pageBytes, pageBytes)).equals(expected), String(number));
  }
});

test('a connection notices what another one would have written', async (t) => {
  const path = join(await temporaryFolder(t), 'db');
  using db = new DatabaseSync(path);
  db.exec('create table t (a)');
  db.exec('insert into t values (1)');
  const count = () => db.prepare('select count(*) as n from t').get()?.n;
  assert.equal(count(), 1);
  const rootPage = Number(db.prepare(`select rootpage from sqlite_schema`).get()?.rootpage);
  const file = DatabaseFile.open(path);
  assert.ok(file);
  const empty = Buffer.alloc(file.pageBytes);
  empty[0] = 0x0d;
  file.overwrite(rootPage, empty);
  assert.equal(count(), 1, 'what SQLite keeps');
  file.finish();
  assert.equal(count(), 0);
});

test('a closed file takes nothing, and no descriptor is left', async (t) => {
  const { path, file } = await openFile(t, 4096);
  const isOpen = () =>
    readdirSync('/proc/self/fd').some((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === path;
      } catch {
        return false;
      }
    });
  const hasProc = process.platform === 'linux';
  if (hasProc) assert.equal(isOpen(), true);
  file.append(Buffer.alloc(4096));
  file.close();
  file.close();
  if (hasProc) assert.equal(isOpen(), false);
  assert.throws(() => file.finish(), /is closed/);
  assert.equal((await stat(path)).size, 2 * 4096);
});

test('a file that is no plain database, or whose size is not what it says, is left alone', async (t) => {
  const { path, file } = await openFile(t, 4096);
  file.close();
  const handle = await open(path, 'r+');
  t.after(() => handle.close());
  const header = (await handle.read(Buffer.alloc(100), 0, 100, 0)).buffer;
  for (const at of [0, 18, 19, 24, 28, 44, 52, 56, 92]) {
    const changed = Buffer.from(header);
    changed[at + (at > 20 ? 3 : 0)] = 3;
    await handle.write(changed, 0, 100, 0);
    assert.equal(DatabaseFile.open(path), undefined, `byte ${at}`);
  }
  await handle.write(header, 0, 100, 0);
  const again = DatabaseFile.open(path);
  assert.ok(again);
  again.close();
});
