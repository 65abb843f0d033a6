import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Claim } from '../../../../src/baton/server/limits/claim.ts';
import { until } from '../until.ts';

/** Claims whose callers may take the same time, and the names of those that took longer. */
function start() {
  const late: string[] = [];
  const claim = (name: string) =>
    new Claim(
      { peer: undefined },
      {
        changed: () => {},
        released: () => {},
        refused: () => {},
        timeoutMs: 5,
        timedOut: () => void late.push(name),
      },
    );
  return { late, claim };
}

// Timers of the same duration end in the order in which they began.
test('each response that a caller reads gives it time for the next one', async () => {
  const { late, claim } = start();
  const reader = claim('reader');
  reader.begin(0);
  reader.requestFinished();
  reader.sending(1);
  reader.sending(1);
  claim('other').begin(0);
  reader.sent(1);
  await until('both are late', () => late.length === 2);
  assert.deepEqual(late, ['other', 'reader']);
});

test('more pieces of a message give no more time', async () => {
  const { late, claim } = start();
  const sender = claim('sender');
  sender.begin(0);
  claim('other').begin(0);
  sender.pieceReceived(Buffer.alloc(1));
  await until('both are late', () => late.length === 2);
  assert.deepEqual(late, ['sender', 'other']);
});

test('a call that the server works on, or that has ended, is never late', async () => {
  const { late, claim } = start();
  const working = claim('working');
  working.begin(0);
  working.requestFinished();
  const ended = claim('ended');
  ended.begin(0);
  ended.release();
  claim('other').begin(0);
  await until('the other is late', () => late.length > 0);
  assert.deepEqual(late, ['other']);
  assert.deepEqual([working.waiting, working.released, ended.released], [false, false, true]);
});
