import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createSchema } from '../../../../src/baton/c1z/tables/schema.ts';
import { latestFinishedFullRun, listRuns, runToView } from '../../../../src/baton/c1z/tables/sync-runs.ts';

const now = new Date(2026, 5, 20, 12);

/** Rows as `id type started ended`, times as days of June 2026; a dash stands for a run that did not end. */
function runsTable(...rows: string[]): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  createSchema(db);
  const insert = db.prepare(
    `insert into v1_sync_runs (sync_id, sync_type, started_at, ended_at, sync_token) values (?, ?, ?, ?, '')`,
  );
  const day = (text = '') => (text === '-' ? null : `2026-06-${text.padStart(2, '0')} 12:00:00`);
  for (const row of rows) {
    const [id = '', type = '', started, ended] = row.split(' ');
    insert.run(id, type, day(started), day(ended));
  }
  return db;
}

const cases: readonly { title: string; rows: string[]; shown: string | undefined }[] = [
  { title: 'the full run that ended last is shown', rows: ['a full 1 4', 'b full 2 3', 'c partial 5 6'], shown: 'a' },
  {
    title: 'of runs that ended at the same time the later id is shown',
    rows: ['b full 1 4', 'a full 2 4'],
    shown: 'b',
  },
  { title: 'a finished full run goes before a running one', rows: ['a full 1 2', 'b full 19 -'], shown: 'a' },
  {
    title: 'without a finished full run the running one that started last is shown, of any type',
    rows: ['a full 18 -', 'b partial 19 -', 'c partial 17 18'],
    shown: 'b',
  },
  {
    title: 'a run that did not end within a week is not shown',
    rows: ['a full 12 -', 'b partial 1 2'],
    shown: undefined,
  },
  { title: 'a run that started a week ago is shown', rows: ['a full 13 -'], shown: 'a' },
  { title: 'a file without runs shows none', rows: [], shown: undefined },
];

for (const { title, rows, shown } of cases) {
  test(title, () => {
    assert.equal(runToView(runsTable(...rows), now)?.syncId, shown);
  });
}

test('only finished full runs are the latest finished full run', () => {
  assert.equal(latestFinishedFullRun(runsTable('a full 1 2', 'b resources_only 3 4', 'c full 5 -'))?.syncId, 'a');
});

test('runs are listed in the order that they were started, those of unknown types too', () => {
  const runs = listRuns(runsTable('b full 1 2', 'a partial_upserts 3 4', 'c full 5 -'));
  assert.deepEqual(
    runs.map((run) => [run.syncId, run.type, run.startedAt, run.endedAt, run.stats]),
    [
      ['b', 'full', new Date(2026, 5, 1, 12), new Date(2026, 5, 2, 12), undefined],
      ['a', 'partial_upserts', new Date(2026, 5, 3, 12), new Date(2026, 5, 4, 12), undefined],
      ['c', 'full', new Date(2026, 5, 5, 12), undefined, undefined],
    ],
  );
});
