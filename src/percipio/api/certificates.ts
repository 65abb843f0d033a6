// Whom the client trusts: certificate authorities of Node, of the operating system, and of the operator.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { Environment } from './client-options.ts';

const fileVariables = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'] as const;

/**
 * Trust in Node's own authorities, those of the operating system, and those in the PEM files that `SSL_CERT_FILE` and
 * `NODE_EXTRA_CA_CERTS` name. Node by itself looks at the second variable only, and only when the process starts.
 *
 * One context serves all connections: making it takes tens of milliseconds.
 * @throws Error when a file cannot be read or holds no certificate.
 */
export function createTrust(env: Environment): SecureContext {
  const certificates = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
  for (const variable of fileVariables) {
    const path = env[variable];
    if (path) for (const certificate of readCertificates(variable, path)) certificates.add(certificate);
  }
  return createSecureContext({ ca: [...certificates] });
}

function readCertificates(variable: string, path: string): string[] {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${variable} names ${path}, which cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (certificates === null) throw new Error(`${variable} names ${path}, which holds no certificate in PEM form`);
  try {
    // A context would leave a broken one out without a word.
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (error) {
    throw new Error(`${variable} names ${path}, which holds a broken certificate: ${(error as Error).message}`);
  }
  return certificates;
}
