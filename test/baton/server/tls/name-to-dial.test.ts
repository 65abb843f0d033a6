import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameToDial } from '../../../../src/baton/server/tls/name-to-dial.ts';
import { tlsFixture } from '../tls-fixture.ts';

test('a host that the certificate vouches for is called as it is', () => {
  assert.equal(nameToDial(tlsFixture('mutual-server-certificate'), '127.0.0.1'), '127.0.0.1');
  assert.equal(nameToDial(tlsFixture('mutual-server-certificate'), '::1'), '::1');
  assert.equal(nameToDial(tlsFixture('server-certificate'), 'localhost'), 'localhost');
});

test('any other is called by the first name in the certificate', () => {
  assert.equal(nameToDial(tlsFixture('server-certificate'), '0.0.0.0'), 'localhost');
  assert.equal(nameToDial(tlsFixture('mutual-server-certificate'), '::'), '127.0.0.1');
});

test('without a name in the certificate a server is called where it listens', () => {
  assert.equal(nameToDial(tlsFixture('mutual-authority'), '0.0.0.0'), '0.0.0.0');
});
