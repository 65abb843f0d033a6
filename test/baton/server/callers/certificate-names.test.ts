import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { certificateNames, normalizeName } from '../../../../src/baton/server/callers/certificate-names.ts';
import { tlsFixture } from '../tls-fixture.ts';

test('the DNS names and URIs of a certificate, and nothing that only looks like one', () => {
  const { subjectAltName } = new X509Certificate(tlsFixture('named-client-certificate'));
  assert.deepEqual(certificateNames(subjectAltName), [
    'sync.baton.test',
    'spiffe://baton.test/sync',
    'https://baton.test/a,DNS:forged.baton.test',
  ]);
});

test('a certificate without such names has none', () => {
  const { subjectAltName } = new X509Certificate(tlsFixture('mutual-client-certificate'));
  assert.deepEqual(certificateNames(subjectAltName), []);
  assert.deepEqual(certificateNames(undefined), []);
  assert.deepEqual(certificateNames(''), []);
});

test('DNS names are the same in any case, and URIs are not', () => {
  assert.equal(normalizeName('A.Test'), 'a.test');
  assert.equal(normalizeName('spiffe://A.test/B'), 'spiffe://A.test/B');
});
