import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { createGate } from '../../../../src/baton/server/limits/gate.ts';
import { untimedLimits } from '../../../../src/baton/server/limits/server-limits.ts';

const kib = 1024;

/** Claims of named calls on named connections, and the names of those that were refused. */
function start(bytesInFlightMax: number) {
  const { bytes } = createGate(pino({ level: 'silent' }), { ...untimedLimits, bytesInFlightMax });
  const refused: string[] = [];
  const claim = (peer: { readonly peer: string }, name: string) => bytes.claim(peer, () => void refused.push(name));
  return { bytes, refused, claim };
}

const [attacker, other] = [{ peer: 'attacker' }, { peer: 'other' }];

test('the connection that waits with the most gives way, by its largest call', () => {
  const { bytes, refused, claim } = start(1000 * kib);
  claim(other, 'alone').pieceReceived(Buffer.alloc(100 * kib));
  for (const [name, size] of Object.entries({ small: 100, large: 250, middle: 150 })) {
    claim(attacker, name).pieceReceived(Buffer.alloc(size * kib));
  }
  assert.deepEqual(refused, []);
  claim(other, 'new').pieceReceived(Buffer.alloc(100 * kib));
  assert.deepEqual(refused, ['large']);
  assert.ok(bytes.bytes <= 1000 * kib);
});

test('calls that the server works on do not give way, and the new one does when there is no other', () => {
  const { refused, claim } = start(500 * kib);
  const working = claim(attacker, 'working');
  working.messageReceived(300 * kib);
  working.requestFinished();
  claim(other, 'new').pieceReceived(Buffer.alloc(200 * kib));
  assert.deepEqual(refused, ['new']);
});

test('a call whose response is not read gives way', () => {
  const { refused, claim } = start(500 * kib);
  const unread = claim(attacker, 'unread');
  unread.requestFinished();
  assert.equal(unread.sending(300 * kib), true);
  claim(other, 'new').pieceReceived(Buffer.alloc(100 * kib));
  assert.deepEqual(refused, ['unread']);
});

test('a response that is larger than all may hold is not sent', () => {
  const { bytes, refused, claim } = start(500 * kib);
  const call = claim(other, 'call');
  call.requestFinished();
  assert.equal(call.sending(600 * kib), false);
  assert.deepEqual(refused, ['call']);
  assert.equal(bytes.bytes, 0);
  // What grpc-js reports later changes nothing.
  call.sent(600 * kib);
  call.release();
  assert.equal(bytes.bytes, 0);
});

test('a piece counts as the buffer that it keeps, once', () => {
  const { bytes, claim } = start(1000 * kib);
  const call = claim(other, 'call');
  const before = bytes.bytes;
  const read = new Uint8Array(64 * kib);
  call.pieceReceived(Buffer.from(read.buffer, 0, 1));
  call.pieceReceived(Buffer.from(read.buffer, 1, 1));
  assert.equal(bytes.bytes - before, 64 * kib + 2 * 256);
  call.messageReceived(2);
  assert.equal(bytes.bytes - before, 2);
  call.sending(10);
  call.sent(10);
  assert.equal(bytes.bytes - before, 2);
  call.release();
  assert.equal(bytes.bytes, 0);
});
