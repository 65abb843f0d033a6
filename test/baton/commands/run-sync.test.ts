import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { BatonIDSchema } from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { StopRequest } from '../../../src/baton/author/host.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { createLendingPlace } from './run-lending.ts';

test('--external-resource-c1z copies resources of another file, which is relative to the folder', async (t) => {
  const place = await createLendingPlace(t, { synced: true });
  const argv = ['--external-resource-c1z', 'sync.c1z', '-f', 'other.c1z', '--output', 'json'];
  const { exitCode, stdout, stderr } = await place.run(argv);
  assert.equal(exitCode, 0, stderr);
  assert.ok('external resources' in JSON.parse(stdout).phases_ms);
  await using file = await readC1z(join(place.folder, 'other.c1z'));
  const copied = [...file.records(file.latestFinishedFullRun()?.syncId).allResources()].filter(({ annotations }) =>
    annotations.some((any) => anyIs(any, BatonIDSchema)),
  );
  assert.ok(copied.length > 0);
});

for (const [what, argv, code, message] of [
  ['a file that does not exist', ['--external-resource-c1z', 'gone.c1z'], 1, /gone\.c1z does not exist/],
  [
    'a trait that does not exist',
    ['--external-resource-c1z', 'sync.c1z', '--external-resource-traits', 'user,robot'],
    2,
    /--external-resource-traits: must be traits such as user, group, role or app, not "robot"/,
  ],
  [
    'an entitlement that does not exist',
    ['--external-resource-c1z', 'sync.c1z', '--external-resource-entitlement-id-filter', 'x'],
    1,
    /external file has no entitlement x/,
  ],
  ['traits of no file', ['--external-resource-traits', 'user'], 2, /--external-resource-c1z/],
  [
    'a resource that is not an id',
    ['--sync-resources', 'bid:r:user/1,user:u1'],
    2,
    /--sync-resources: .*not "user:u1"/,
  ],
] as const) {
  test(`a sync refuses ${what}`, async (t) => {
    const place = await createLendingPlace(t, { synced: true });
    const { exitCode, stderr } = await place.run([...argv, '-f', 'other.c1z']);
    assert.equal(exitCode, code, stderr);
    assert.match(stderr, message);
  });
}

test('a sync that is stopped before it has anything says that nothing is kept, and that the file is as it was', async (t) => {
  const place = await createLendingPlace(t, { synced: true });
  const signal = AbortSignal.abort(new StopRequest('SIGINT'));
  const { exitCode, stderr } = await place.run([], { signal });
  assert.equal(exitCode, 130);
  assert.match(stderr, /: stopped by SIGINT\n.*: Nothing of this sync is kept, and \/.*\/sync\.c1z was not changed\n$/);
});

test('--compare shows what changed since the sync before, in the summary and as JSON', async (t) => {
  const place = await createLendingPlace(t, { synced: true });
  const text = await place.run(['--compare']);
  assert.match(text.stdout, /^Changes since the sync of \d{4}-\d\d-\d\d \d\d:\d\d UTC\n {2}Nothing changed$/m);
  const json = await place.run(['--compare', '--output', 'json']);
  const { since, ...changes } = JSON.parse(json.stdout).changes;
  assert.match(since, /^\d{4}-.*Z$/);
  assert.equal(changes.changed, false);
  const without = await place.run(['--output', 'json']);
  assert.ok(!('changes' in JSON.parse(without.stdout)));
  const first = await place.run(['--compare', '--output', 'json', '-f', 'other.c1z']);
  assert.equal(JSON.parse(first.stdout).changes, null);
});

test('--max-removed must be a percentage', async (t) => {
  const { exitCode, stderr } = await (await createLendingPlace(t, {})).run(['--max-removed', '30']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /--max-removed: must be a percentage from 0% to 100%, such as 30%/);
});
