import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import { toHeaders, toMetadata } from '../../../../src/baton/server/grpc/grpc-metadata.ts';

test('several values of one name stay several, in order', () => {
  const metadata = new Metadata();
  metadata.add('x-text', 'a');
  metadata.add('x-text', 'b');
  metadata.add('x-bytes-bin', Buffer.from([1]));
  metadata.add('x-bytes-bin', Buffer.from([2, 3]));
  const headers = toHeaders(metadata);
  assert.equal(headers.get('x-text'), 'a, b');
  assert.equal(headers.get('x-bytes-bin'), 'AQ, AgM');
  assert.deepEqual(toMetadata(headers).get('x-bytes-bin'), [Buffer.from([1]), Buffer.from([2, 3])]);
});

test('names that belong to the protocol are left out', () => {
  const headers = new Headers({
    'content-type': 'text/html',
    'grpc-status': '5',
    connection: 'close',
    'x-kept': 'yes',
  });
  assert.deepEqual(toMetadata(headers, new Headers({ 'x-too': 'yes' })).getMap(), { 'x-kept': 'yes', 'x-too': 'yes' });
});

test('what gRPC cannot carry is refused', () => {
  assert.throws(() => toMetadata(new Headers({ 'x-name': 'Bj\u00f6rn' })));
});
