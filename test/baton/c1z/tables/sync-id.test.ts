import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSyncId } from '../../../../src/baton/c1z/tables/sync-id.ts';

test('a sync id has 27 letters and digits', () => {
  for (let i = 0; i < 200; i++) assert.match(createSyncId(), /^[0-9A-Za-z]{27}$/);
});

test('sync ids of later seconds sort after earlier ones', () => {
  const start = Date.UTC(2026, 10, 23);
  const ids = Array.from({ length: 300 }, (_, i) => createSyncId(new Date(start + i * 1000)));
  assert.deepEqual(
    ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    ids,
  );
});

test('a sync id begins with the time', () => {
  // The example in the README of segmentio/ksuid, of that second: 0ujtsYcgvSTl8PAuAdqWYSMnLOv.
  assert.equal(createSyncId(new Date('2017-10-10T04:00:47Z')).slice(0, 5), '0ujts');
});

test('two syncs that start in the same millisecond have different ids', () => {
  const now = new Date();
  assert.equal(new Set(Array.from({ length: 1000 }, () => createSyncId(now))).size, 1000);
});
