import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSummary, type SyncSummary, summarizeSync } from '../../../src/baton/sync/sync-summary.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import type { SyncedFile } from '../../../src/baton/sync/sync-to-file.ts';

const synced: SyncedFile = {
  syncId: 's1',
  type: 'full',
  stats: {
    resourceTypes: 2,
    resources: 1203,
    entitlements: 6,
    grants: 4,
    resourcesByType: new Map([
      ['course', 3],
      ['user', 1200],
    ]),
    entitlementsByType: new Map([['course', 6]]),
    grantsByType: new Map([['course', 4]]),
    assets: 0,
  },
  grants: new Map([
    ['course in_progress', 1],
    ['course completed', 3],
  ]),
  saved: { path: '/data/sync.c1z', fileBytes: 43_900, databaseBytes: 200_000 },
  prunedSyncIds: ['s0'],
};

function summarize(): SyncSummary {
  const tally = new SyncTally(() => {});
  tally.phaseStarted('grants');
  tally.pageWritten('grants', { 'course in_progress': 1, 'course completed': 4 });
  tally.phaseEnded('grants');
  tally.countSkipped('activity rows with the status Watched', 12);
  tally.warn('the API token expires in 3 days');
  const statistics = { requests: { reporting: 3, 'user-management': 2, common: 0 }, retries: 1, receivedBytes: 60_100 };
  return summarizeSync(synced, tally, statistics, 12_345.6);
}

test('a summary holds ids, counts, what was skipped, requests, times and sizes under stable keys', () => {
  const { phases_ms: phasesMs, ...summary } = summarize();
  assert.deepEqual(summary, {
    sync_id: 's1',
    sync_type: 'full',
    file: '/data/sync.c1z',
    file_bytes: 43_900,
    duration_ms: 12_346,
    resources: { course: 3, user: 1200 },
    entitlements: { course: 6 },
    grants: { 'course completed': 3, 'course in_progress': 1 },
    left_out: { 'activity rows with the status Watched': 12 },
    warnings: ['the API token expires in 3 days'],
    requests: { reporting: 3, 'user-management': 2 },
    retries: 1,
    received_bytes: 60_100,
    pruned_sync_ids: ['s0'],
  });
  assert.deepEqual(Object.keys(phasesMs), ['grants']);
});

test('grants are in the order of their names, whichever came first', () => {
  assert.deepEqual(Object.keys(summarize().grants), ['course completed', 'course in_progress']);
});

test('as text, every part has its title and its numbers are aligned', () => {
  assert.equal(
    formatSummary(summarize()),
    `Synced in 12.3 s to /data/sync.c1z (43.9 kB, sync s1)
Resources
      3 course
  1,200 user
Entitlements
  6 course
Grants
  3 course completed
  1 course in_progress
Skipped
  12 activity rows with the status Watched
Requests
  3 reporting
  2 user-management
  1 of which retries
  60.1 kB received
Warning: the API token expires in 3 days
`,
  );
});

test('as text, empty parts are omitted', () => {
  const stats = { ...synced.stats, resourcesByType: new Map(), entitlementsByType: new Map() };
  const empty = { ...synced, stats, grants: new Map() };
  const text = formatSummary(summarizeSync(empty, new SyncTally(() => {}), undefined, 5));
  assert.equal(text, 'Synced in 5 ms to /data/sync.c1z (43.9 kB, sync s1)\n');
});
