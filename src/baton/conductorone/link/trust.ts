// Which certificate authorities may vouch for ConductorOne, and for a proxy on the way to it.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { Code, ServiceError } from '../../author/service-error.ts';

const fileVariables = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'] as const;

/**
 * Trust in the authorities of Node, of the operating system, and in those of the PEM files that the environment names.
 * @throws ServiceError FAILED_PRECONDITION when a file cannot be used.
 */
export function createTrust(env: NodeJS.ProcessEnv): SecureContext {
  const authorities = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
  for (const variable of fileVariables) {
    const path = env[variable];
    if (path) for (const certificate of readAuthorities(variable, path)) authorities.add(certificate);
  }
  return createSecureContext({ ca: [...authorities] });
}

function readAuthorities(variable: string, path: string): readonly string[] {
  try {
    const pem = readFileSync(path, 'utf8');
    const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    if (certificates.length === 0) throw new Error('it holds no certificate in PEM form');
    // A context would leave a broken one out without a word.
    for (const certificate of certificates) new X509Certificate(certificate);
    return certificates;
  } catch (cause) {
    const message = `${variable} names ${path}, which cannot be used: ${(cause as Error).message}`;
    throw new ServiceError(Code.FailedPrecondition, message, { reason: 'unusable_certificates', cause });
  }
}
