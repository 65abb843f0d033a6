import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectRunsToDelete } from '../../../../src/baton/c1z/tables/retention.ts';
import type { SyncRun } from '../../../../src/baton/c1z/tables/sync-runs.ts';

/** Each run starts 10 s after the one before and takes 5 s. `name!` did not end; `name>other` is linked to `other`. */
function runs(text: string): SyncRun[] {
  const types: Record<string, string> = {
    f: 'full',
    p: 'partial',
    r: 'resources_only',
    u: 'partial_upserts',
    d: 'partial_deletions',
    x: 'something_new',
  };
  return text.split(' ').map((word, i) => {
    const [name = '', linkedSyncId = ''] = word.split('>');
    const start = Date.UTC(2026, 0, 1) + i * 10_000;
    return {
      syncId: name.replace('!', ''),
      type: types[name.charAt(0)] ?? '',
      startedAt: new Date(start),
      endedAt: name.endsWith('!') ? undefined : new Date(start + 5_000),
      syncToken: '',
      parentSyncId: '',
      linkedSyncId,
      supportsDiff: false,
      stats: undefined,
    };
  });
}

const cases: readonly {
  title: string;
  file: string;
  current?: string;
  keep?: number;
  deleted: string;
}[] = [
  { title: 'the run being written counts as one of two', file: 'f1 f2 f3!', current: 'f3', deleted: 'f1' },
  { title: 'one former run is kept beside the new one', file: 'f1 f2!', current: 'f2', deleted: '' },
  { title: 'without a run being written, two full runs are kept', file: 'f1 f2 f3', deleted: 'f1' },
  { title: 'exactly as many as are kept are left alone', file: 'f1 f2', deleted: '' },
  { title: 'the number to keep can be another', file: 'f1 f2 f3 f4 f5!', current: 'f5', keep: 4, deleted: 'f1' },
  { title: 'only the run being written is kept', file: 'f1 f2 f3!', current: 'f3', keep: 1, deleted: 'f1 f2' },
  {
    title: 'the run being written is kept when it has an end',
    file: 'f1 f2 f3',
    current: 'f3',
    keep: 1,
    deleted: 'f1 f2',
  },
  { title: 'unfinished runs are never deleted', file: 'f1! p1! f2 f3 f4!', current: 'f4', deleted: 'f2' },
  { title: 'a run of an unknown type counts as a full one', file: 'x1 f1 f2', deleted: 'x1' },
  {
    title: 'a partial run being written counts as one, so one full run is kept',
    file: 'f1 f2 p1!',
    current: 'p1',
    deleted: 'f1',
  },
  {
    title: 'partial runs that ended before the newest deleted full run began are deleted while a run is written',
    file: 'p1 r1 f1 p2 f2 p3 f3 p4 f4!',
    current: 'f4',
    deleted: 'f1 f2 p1 r1 p2',
  },
  {
    title: 'partial runs that ended before the oldest kept full run began are deleted when none is written',
    file: 'p1 f1 p2 f2 p3 f3',
    deleted: 'f1 p1 p2',
  },
  { title: 'partial runs stay as long as no full run is deleted', file: 'p1 p2 f1 p3 f2!', current: 'f2', deleted: '' },
  { title: 'a file of nothing but resources_only runs grows', file: 'r1 r2 r3 r4 r5!', current: 'r5', deleted: '' },
  { title: 'two diff runs are left alone', file: 'f1 u1>d1 d1>u1', deleted: '' },
  { title: 'of more diff runs, the last and its pair are kept', file: 'u1>d1 d1>u1 u2>d2 d2>u2', deleted: 'u1 d1' },
  { title: 'a diff run without its pair is kept alone', file: 'u1>d1 d1>u1 u2>gone', deleted: 'u1 d1' },
];

for (const { title, file, current, keep, deleted } of cases) {
  test(title, () => {
    const chosen = selectRunsToDelete(runs(file), current, keep ?? 2);
    assert.deepEqual(chosen, deleted === '' ? [] : deleted.split(' '));
  });
}
