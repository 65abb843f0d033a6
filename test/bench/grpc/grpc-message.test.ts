import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameMessage, unframeMessage } from '../../../bench/grpc/grpc-message.ts';

test('a message comes out of its frame as it went in', () => {
  const framed = frameMessage(Buffer.from('grants'));
  assert.deepEqual([...framed.subarray(0, 5)], [0, 0, 0, 0, 6]);
  assert.equal(unframeMessage(framed).toString(), 'grants');
  assert.equal(unframeMessage(frameMessage(new Uint8Array())).length, 0);
});

test('anything but one plain message is refused', () => {
  const framed = frameMessage(Buffer.from('grants'));
  const compressed = Buffer.from(framed);
  compressed[0] = 1;
  for (const body of [Buffer.alloc(0), framed.subarray(0, 8), Buffer.concat([framed, framed]), compressed]) {
    assert.throws(() => unframeMessage(body), /not a single uncompressed gRPC message/);
  }
});
