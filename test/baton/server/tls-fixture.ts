// Certificates and keys for tests, by the names of their files in test/fixtures/tls.
import { chmodSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TlsMaterial } from '../../../src/baton/server/tls/mutual-tls.ts';

export function tlsFixturePath(name: string): string {
  const path = fileURLToPath(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url));
  // Git does not store that a key is for its owner alone.
  if (name.endsWith('-key')) chmodSync(path, 0o600);
  return path;
}

/** In PEM form. */
export function tlsFixture(name: string): string {
  return readFileSync(tlsFixturePath(name), 'utf8');
}

/** What a server of the mutual pair has. */
export const mutualServer: TlsMaterial = {
  cert: tlsFixture('mutual-server-certificate'),
  key: tlsFixture('mutual-server-key'),
  clientCa: tlsFixture('mutual-authority'),
};

/** What a caller of that server has, as options of Node's TLS. */
export const mutualClient = {
  ca: tlsFixture('mutual-authority'),
  cert: tlsFixture('mutual-client-certificate'),
  key: tlsFixture('mutual-client-key'),
};
