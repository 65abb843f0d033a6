import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedReportId } from '../../../src/percipio/report/shared-report-id.ts';
import { createSharedSession } from '../shared-session.ts';
import { silentLogger, uuid } from '../start-connector.ts';

const never = new AbortController().signal;
const [mine, theirs] = [uuid(1), uuid(2)];
const key = 'percipio/activity-report';

function start(lostId?: string) {
  const session = createSharedSession();
  return { session, shared: new SharedReportId(session, silentLogger, { key, lostId }) };
}

test('nothing is found before anybody has left an id', async () => {
  const { session, shared } = start();
  assert.equal(await shared.find(never), undefined);
  session.values.set(key, '');
  assert.equal(await shared.find(never), undefined);
});

test('the id that one process leaves is found by another', async () => {
  const { session, shared } = start();
  assert.equal(await shared.settle(mine, never), mine);
  assert.equal(await new SharedReportId(session, silentLogger, { key }).find(never), mine);
});

test('of two that request at once, the first one that leaves its id wins', async () => {
  const { session, shared } = start();
  session.values.set(key, theirs);
  assert.equal(await shared.settle(mine, never), theirs);
  assert.equal(session.values.get(key), theirs);
});

test('an id that another process writes over is given up for that of the other', async () => {
  const { session, shared } = start();
  session.before = (call) => {
    // Looked, written, and looked again.
    if (call === 3) {
      session.values.set(key, theirs);
    }
  };
  assert.equal(await shared.settle(mine, never), theirs);
});

test('the id of a lost report counts as none, and makes place for a new one', async () => {
  const { session, shared } = start(theirs);
  session.values.set(key, theirs);
  assert.equal(await shared.find(never), undefined);
  assert.equal(await shared.settle(mine, never), mine);
  assert.equal(session.values.get(key), mine);
});

test('a store that fails leaves each process its own id', async () => {
  const { session, shared } = start();
  session.before = () => {
    throw new Error('disk full');
  };
  assert.equal(await shared.find(never), undefined);
  assert.equal(await shared.settle(mine, never), mine);
});

test('a store that fails behind writing costs nothing', async () => {
  const { session, shared } = start();
  session.before = (call) => {
    if (call === 3) {
      throw new Error('disk full');
    }
  };
  assert.equal(await shared.settle(mine, never), mine);
});

test('an abort is no failure of the store', async () => {
  const { shared } = start();
  const reason = new Error('the sync has ended');
  await assert.rejects(shared.find(AbortSignal.abort(reason)), reason);
});
