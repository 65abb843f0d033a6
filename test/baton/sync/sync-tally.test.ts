import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SyncEvent, SyncTally } from '../../../src/baton/sync/sync-tally.ts';

function createTally() {
  const events: SyncEvent[] = [];
  return { tally: new SyncTally((event) => events.push(event)), events };
}

test('pages and counts of a phase add up', () => {
  const { tally } = createTally();
  tally.phaseStarted('grants');
  tally.pageWritten('grants', { 'course completed': 2, 'course in_progress': 1 });
  tally.pageWritten('grants', { 'course completed': 3 });
  const phase = tally.phases.get('grants');
  assert.equal(phase?.pages, 2);
  assert.deepEqual(Object.fromEntries(phase?.counts ?? []), { 'course completed': 5, 'course in_progress': 1 });
});

test('a phase has a duration when it has ended, and is the running one until then', () => {
  const { tally } = createTally();
  tally.phaseStarted('resources');
  assert.equal(tally.running, 'resources');
  assert.equal(tally.phases.get('resources')?.durationMs, undefined);
  tally.phaseEnded('resources');
  assert.equal(tally.running, undefined);
  assert.ok((tally.phases.get('resources')?.durationMs ?? -1) >= 0);
});

test('long work is known until a page is written or the phase ends', () => {
  const { tally } = createTally();
  const work = { work: 'activity report', status: 'PENDING' };
  tally.phaseStarted('grants');
  tally.progress(work);
  assert.equal(tally.works.get('activity report')?.progress, work);
  tally.pageWritten('grants', {});
  assert.equal(tally.works.size, 0);
  tally.progress(work);
  tally.phaseEnded('grants');
  assert.equal(tally.works.size, 0);
});

test('work that counts items is known until all are done, and has a rate after a second', () => {
  let ms = 0;
  const tally = new SyncTally(
    () => {},
    () => ms,
  );
  const rate = () => tally.works.get('users')?.perSecond;
  tally.phaseStarted('resources');
  tally.progress({ work: 'users', done: 1000, total: 5000 });
  assert.equal(rate(), undefined);
  ms = 900;
  tally.progress({ work: 'users', done: 2000, total: 5000 });
  assert.equal(rate(), undefined);
  ms = 4000;
  tally.pageWritten('resources', { user: 1000 });
  assert.ok(tally.works.has('users'));
  tally.progress({ work: 'users', done: 3000, total: 5000 });
  assert.equal(rate(), 500);
  tally.progress({ work: 'users', done: 5000, total: 5000 });
  assert.equal(tally.works.size, 0);
});

test('a failure ends the running phase, if there is one', () => {
  const { tally, events } = createTally();
  tally.failed();
  tally.phaseStarted('grants');
  tally.failed();
  assert.equal(tally.running, undefined);
  assert.ok((tally.phases.get('grants')?.durationMs ?? -1) >= 0);
  assert.deepEqual(events, [
    { kind: 'phase started', phase: 'grants' },
    { kind: 'phase failed', phase: 'grants' },
  ]);
});

test('skipped items are counted by reason, one at a time by default', () => {
  const { tally } = createTally();
  tally.countSkipped('videos');
  tally.countSkipped('videos');
  tally.countSkipped('rows', 5);
  assert.deepEqual(Object.fromEntries(tally.skippedCounts), { videos: 2, rows: 5 });
});

test('every event but a skipped item is passed on, in order', () => {
  const { tally, events } = createTally();
  tally.phaseStarted('resources');
  tally.progress({ work: 'x' });
  tally.countSkipped('videos');
  tally.pageWritten('resources', { user: 1 });
  tally.warn('mind the gap');
  tally.phaseEnded('resources');
  assert.deepEqual(
    events.map((event) => event.kind),
    ['phase started', 'progress', 'page written', 'warning', 'phase ended'],
  );
  assert.deepEqual(tally.warnings, ['mind the gap']);
});
