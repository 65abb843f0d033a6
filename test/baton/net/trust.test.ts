import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UnusableVariableError } from '../../../src/baton/net/environment.ts';
import { createTrust } from '../../../src/baton/net/trust.ts';
import { createCertificate } from '../../../src/simulator/conductorone/certificate.ts';

function writeTemporary(t: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'trust-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'authority.pem');
  writeFileSync(file, content);
  return file;
}

for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  for (const [name, content, fault] of [
    ['that does not exist', undefined, /^\S+ names \/does\/not\/exist\.pem, which cannot be read: ENOENT$/],
    ['without a certificate', 'nothing', /which contains no PEM certificate$/],
    ['with a broken certificate', broken, /which contains a damaged certificate: /],
  ] as const) {
    test(`${variable}: a file ${name} is named`, (t) => {
      const file = content === undefined ? '/does/not/exist.pem' : writeTemporary(t, content);
      assert.throws(
        () => createTrust({ [variable]: file }),
        (error) => {
          assert.ok(error instanceof UnusableVariableError);
          assert.equal(error.reason, 'unusable_certificates');
          assert.match(error.message, fault);
          return error.message.startsWith(`${variable} names ${file}, `);
        },
      );
    });
  }
}

test('one context serves all who trust the same', (t) => {
  const { cert } = createCertificate();
  const own = { SSL_CERT_FILE: writeTemporary(t, cert) };
  assert.equal(createTrust({}), createTrust({}));
  assert.equal(createTrust(own), createTrust({ NODE_EXTRA_CA_CERTS: writeTemporary(t, cert) }));
  assert.notEqual(createTrust(own), createTrust({}));
});
