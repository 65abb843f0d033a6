import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readdir, readFile, rmdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { ChildResourceTypeSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { ResourceSchema, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { c1zPlace } from '../c1z/temporary-folder.ts';
import { readRecords } from './hotel.ts';
import { connectorOf } from './listing-services.ts';
import { syncHotel } from './sync-hotel.ts';

type Place = Awaited<ReturnType<typeof c1zPlace>>;

const unavailable = () => {
  throw new ServiceError(Code.Unavailable, 'cut', { reason: 'cut' });
};
const nothing = () => {};
const failAt = (call: number, fail: () => void = unavailable) => {
  let calls = 0;
  return () => {
    if (++calls === call) fail();
  };
};

async function read({ path }: Place) {
  await using file = await readC1z(path);
  const run = file.runs().at(-1);
  assert.ok(run?.endedAt);
  return { runs: file.runs().length, token: run.syncToken, stats: run.stats, ...readRecords(file.records(run.syncId)) };
}

/** Only the file is there: nothing beside it, and no temporary folder. */
async function assertTidy({ folder, temporaryFolder }: Place): Promise<void> {
  assert.deepEqual(await readdir(folder), ['sync.c1z', 'temporary']);
  assert.deepEqual(await readdir(temporaryFolder), []);
}

/** What an uninterrupted sync writes into an existing file, and how many calls it makes. */
async function uninterrupted(t: TestContext) {
  const place = await c1zPlace(t);
  await syncHotel(place, nothing);
  let calls = 0;
  const { synced } = await syncHotel(place, () => calls++);
  assert.ok(synced);
  return { file: await read(place), calls };
}

for (const bulkLoad of [true, false]) {
  test(`a sync that fails at any call is continued by the next one${bulkLoad ? '' : ', without the bulk load'}`, async (t) => {
    const whole = await uninterrupted(t);
    for (let call = 2; call <= whole.calls; call++) {
      const place = await c1zPlace(t);
      if (!bulkLoad) await syncHotel(place, nothing);
      const before = bulkLoad ? undefined : await readFile(place.path);
      const first = await syncHotel(place, failAt(call), { bulkLoad });
      assert.equal(first.kept, 1, `call ${call}`);
      if (before) assert.ok(before.equals(await readFile(place.path)), `call ${call}`);
      let calls = 0;
      const second = await syncHotel(place, () => calls++, { bulkLoad });
      assert.match(second.log, /continuing a sync that did not finish/);
      assert.match(first.log, new RegExp(second.synced?.syncId ?? 'no sync'));
      // Where grants bypass SQLite, their step begins again.
      if (!bulkLoad) assert.ok(calls <= whole.calls - call + 2, `call ${call}: ${calls} more calls`);
      const { runs, ...content } = await read(place);
      assert.equal(runs, bulkLoad ? 1 : 2);
      assert.deepEqual({ runs: 2, ...content }, whole.file, `call ${call}`);
      assert.deepEqual([...(second.synced?.grants ?? [])].sort(), [
        ['floor key', 2],
        ['room key', 4],
      ]);
      await assertTidy(place);
    }
  });
}

test('a sync that is killed at any call leaves the file as it was, and is continued by the next one', async (t) => {
  const whole = await uninterrupted(t);
  for (let call = 1; call <= whole.calls; call += 3) {
    const place = await c1zPlace(t);
    await syncHotel(place, nothing);
    const before = await readFile(place.path);
    const script = fileURLToPath(new URL('sync-hotel.ts', import.meta.url));
    const child = spawnSync(process.execPath, [script, place.path, place.temporaryFolder, String(call)]);
    assert.equal(child.signal, 'SIGKILL', String(child.stderr));
    assert.ok(before.equals(await readFile(place.path)), `call ${call}`);
    const { log } = await syncHotel(place, nothing);
    assert.match(log, /continuing a sync that did not finish/);
    assert.deepEqual(await read(place), whole.file, `call ${call}`);
    await assertTidy(place);
  }
});

const others: Record<string, Parameters<typeof syncHotel>[2]> = {
  'with mayContinue: false': { mayContinue: false },
  'of another connector': { identity: 'motel' },
  'of another selection': { resourceTypeIds: ['room', 'floor'] },
  'of resources alone': { skipEntitlementsAndGrants: true },
};
for (const [what, options] of Object.entries(others)) {
  test(`a sync ${what} starts over, and leaves nothing of the unfinished one`, async (t) => {
    const place = await c1zPlace(t);
    const first = await syncHotel(place, failAt(6));
    assert.equal(first.kept, 1);
    const { synced, log } = await syncHotel(place, nothing, options);
    assert.doesNotMatch(log, /continuing/);
    assert.doesNotMatch(first.log, new RegExp(synced?.syncId ?? 'no sync'));
    assert.equal((await read(place)).runs, 1);
    await assertTidy(place);
  });
}

test('a file that changed in between is not overwritten with what it was', async (t) => {
  const place = await c1zPlace(t);
  const other = await c1zPlace(t);
  await syncHotel(other, nothing);
  await syncHotel(place, failAt(6));
  await writeFile(place.path, await readFile(other.path));
  const { log } = await syncHotel(place, nothing);
  assert.match(log, /the file has changed since/);
  assert.equal((await read(place)).runs, 2);
});

test('a sync that is continued and fails at once for good starts over by itself', async (t) => {
  const place = await c1zPlace(t);
  const whole = await uninterrupted(t);
  await syncHotel(place, failAt(6));
  const lost = () => {
    throw new ServiceError(Code.InvalidArgument, 'this page token is unknown', { reason: 'invalid_page_token' });
  };
  const { log, synced } = await syncHotel(place, failAt(1, lost));
  assert.ok(synced);
  assert.match(log, /cannot continue the unfinished sync; starting over/);
  assert.deepEqual({ ...(await read(place)), runs: 2 }, whole.file);
  await assertTidy(place);
});

test('what a sync skipped is in the summary of the one that only writes its file', async (t) => {
  const place = await c1zPlace(t);
  const { calls } = await uninterrupted(t);
  const first = await syncHotel(
    place,
    failAt(calls, () => {
      mkdirSync(place.path);
      throw new ServiceError(Code.NotFound, 'gone', { reason: 'gone' });
    }),
  );
  assert.equal(first.kept, 1);
  await rmdir(place.path);
  let more = 0;
  const second = await syncHotel(place, () => more++);
  assert.match(second.log, /continuing a sync that did not finish/);
  assert.equal(more, 0);
  assert.deepEqual([...second.tally.skippedCounts], [['listings that were not found', 1]]);
  assert.deepEqual(second.tally.warnings, first.tally.warnings);
  assert.match(second.tally.warnings.join('\n'), /was skipped: gone/);
  await assertTidy(place);
});

test('a sync that starts over by itself reports what it skipped itself, and nothing of the unfinished one', async (t) => {
  const place = await c1zPlace(t);
  const { calls } = await uninterrupted(t);
  const gone = failAt(calls - 1, () => {
    throw new ServiceError(Code.NotFound, 'gone', { reason: 'gone' });
  });
  const cut = failAt(calls);
  const first = await syncHotel(
    place,
    () => {
      cut();
      gone();
    },
    { bulkLoad: false },
  );
  assert.equal(first.kept, 1);
  assert.equal(first.tally.skippedCounts.get('listings that were not found'), 1);
  const lost = () => {
    throw new ServiceError(Code.InvalidArgument, 'this page token is unknown', { reason: 'invalid_page_token' });
  };
  const second = await syncHotel(place, failAt(1, lost), { bulkLoad: false });
  assert.match(second.log, /starting over/);
  assert.deepEqual([...second.tally.skippedCounts], []);
  assert.doesNotMatch(second.tally.warnings.join('\n'), /was skipped/);
});

test('a page that could not be stored is stored by the next sync, with what is below its resources', async (t) => {
  const place = await c1zPlace(t);
  const types = ['floor', 'room'].map((id) => create(ResourceTypeSchema, { id }));
  const child = anyPack(ChildResourceTypeSchema, create(ChildResourceTypeSchema, { resourceTypeId: 'room' }));
  const sync = async (annotation: typeof child) => {
    const list = [child, annotation].map((each, i) =>
      create(ResourceSchema, { id: { resourceType: 'floor', resource: String(i) }, annotations: [each] }),
    );
    const services = connectorOf(types, {
      listResources: ({ resourceTypeId, parentResourceId }) => {
        if (resourceTypeId === 'floor') return { list };
        const id = { resourceType: 'room', resource: parentResourceId?.resource ?? '' };
        return { list: parentResourceId ? [create(ResourceSchema, { id })] : [] };
      },
    });
    return await syncHotel(place, nothing, { services });
  };
  assert.equal((await sync({ ...child, value: Uint8Array.of(0xff) })).kept, 1);
  const { synced, log } = await sync(child);
  assert.ok(synced);
  assert.match(log, /continuing a sync that did not finish/);
  assert.deepEqual([...synced.stats.resourcesByType].sort(), [
    ['floor', 2],
    ['room', 2],
  ]);
});

test('a sync that fails before it has read anything leaves nothing', async (t) => {
  const place = await c1zPlace(t);
  const { kept, error } = await syncHotel(place, failAt(1));
  assert.ok(error);
  assert.equal(kept, 0);
  assert.deepEqual(await readdir(place.temporaryFolder), []);
});

test('what another file left after a week is removed', async (t) => {
  const place = await c1zPlace(t);
  await syncHotel(place, failAt(6));
  const [folder = ''] = await readdir(place.temporaryFolder);
  assert.match(folder, /^baton-sync-run-/);
  await syncHotel({ ...place, path: join(place.folder, 'other.c1z') }, nothing);
  assert.deepEqual(await readdir(place.temporaryFolder), [folder], 'it is kept');
  await writeFile(join(place.temporaryFolder, folder, 'kept-until'), '2020-01-01T00:00:00.000Z');
  const lock = join(place.temporaryFolder, folder, 'lock');
  await writeFile(lock, '');
  await utimes(lock, 0, 0);
  await syncHotel({ ...place, path: join(place.folder, 'other.c1z') }, nothing);
  assert.deepEqual(await readdir(place.temporaryFolder), []);
});
