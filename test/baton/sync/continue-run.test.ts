import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { packC1z } from '../../../src/baton/c1z/file/pack-c1z.ts';
import { c1zPlace } from '../c1z/temporary-folder.ts';
import { readRecords } from './hotel.ts';
import { syncHotel } from './sync-hotel.ts';

const nothing = () => {};

/** A file with an unfinished run, as a Go program saves it when it is stopped: the hotel after its sixth call. */
async function unfinished(t: TestContext, change: (db: DatabaseSync) => void = nothing) {
  const place = await c1zPlace(t);
  let calls = 0;
  await syncHotel(place, () => {
    if (++calls === 12) throw new ServiceError(Code.Unavailable, 'cut', { reason: 'cut' });
  });
  const [folder = ''] = await readdir(place.temporaryFolder);
  const databasePath = `${place.temporaryFolder}/${folder}/db`;
  const db = new DatabaseSync(databasePath);
  db.exec('delete from v1_connector_sessions');
  const syncId = String(db.prepare('select sync_id from v1_sync_runs').get()?.sync_id);
  change(db);
  db.close();
  const go = await c1zPlace(t);
  await packC1z(databasePath, go.path);
  return { place: go, syncId, stored: calls };
}

test('the unfinished run of a Go program is continued, with the same result and fewer calls', async (t) => {
  const whole = await c1zPlace(t);
  let all = 0;
  await syncHotel(whole, () => all++);
  const { place, syncId } = await unfinished(t);
  let calls = 0;
  const { synced, log } = await syncHotel(place, () => calls++);
  assert.match(log, /continuing the unfinished sync in the file/);
  assert.equal(synced?.syncId, syncId);
  assert.ok(calls < all, `${calls} of ${all} calls`);
  await using file = await readC1z(place.path);
  await using expected = await readC1z(whole.path);
  assert.equal(file.runs().length, 1);
  assert.deepEqual(
    readRecords(file.records(syncId)),
    readRecords(expected.records(expected.latestFinishedFullRun()?.syncId)),
  );
});

const setToken = (change: (token: Record<string, unknown>) => void) => (db: DatabaseSync) => {
  const token = JSON.parse(String(db.prepare('select sync_token from v1_sync_runs').get()?.sync_token));
  change(token);
  db.prepare('update v1_sync_runs set sync_token = ?').run(JSON.stringify(token));
};
const unsound: Record<string, (db: DatabaseSync) => void> = {
  'with a graph of entitlements': setToken((token) => Object.assign(token, { entitlement_graph: {} })),
  'with a field that nobody knows': setToken((token) => Object.assign(token, { compaction: { step: 1 } })),
  'of another version': setToken((token) => Object.assign(token, { version: 3 })),
  'that is older than a week': (db) => db.exec(`update v1_sync_runs set started_at = '2020-01-01 00:00:00'`),
  'that selected other types': (db) => db.exec(`delete from v1_resource_types where external_id = 'room'`),
  'of another type': (db) => db.exec(`update v1_sync_runs set sync_type = 'partial'`),
};
for (const [what, change] of Object.entries(unsound)) {
  test(`the unfinished run of a Go program ${what} is not continued`, async (t) => {
    const { place, syncId } = await unfinished(t, change);
    const { synced, log } = await syncHotel(place, nothing);
    assert.ok(synced);
    assert.notEqual(synced.syncId, syncId);
    if (what !== 'that selected other types') assert.doesNotMatch(log, /continuing/);
    await using file = await readC1z(place.path);
    assert.equal(file.runs().length, 2);
  });
}
