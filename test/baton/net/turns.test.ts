import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../../src/baton/net/turns.ts';

const never = new AbortController().signal;

test('work with one key runs one after another, also after a failure, and with another key meanwhile', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const failing = turns.take(
    'a',
    async () => {
      await gate.promise;
      order.push('first');
      throw new Error('failed');
    },
    never,
  );
  const next = turns.take('a', async () => order.push('second'), never);
  await turns.take('b', async () => order.push('other'), never);
  gate.resolve();
  await assert.rejects(failing, /failed/);
  await next;
  assert.deepEqual(order, ['other', 'first', 'second']);
});

test('whoever stops waiting lets nobody overtake those before them', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turns.take('a', () => gate.promise.then(() => order.push('first')), never);
  const leaving = new AbortController();
  const second = turns.take('a', async () => order.push('second'), leaving.signal);
  const third = turns.take('a', async () => order.push('third'), never);
  leaving.abort(new Error('left'));
  await assert.rejects(second, /left/);
  gate.resolve();
  await Promise.all([first, third]);
  assert.deepEqual(order, ['first', 'third']);
});
