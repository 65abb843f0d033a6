// Which certificate authorities may vouch for a server or a proxy.
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { type Environment, UnusableVariableError } from './environment.ts';
import { parseCertificates } from './pem.ts';

/** What to do where a certificate is not trusted: end of a sentence. */
export const trustAdvice =
  'if a proxy inspects TLS here, put its certificate authority into a PEM file and set SSL_CERT_FILE or NODE_EXTRA_CA_CERTS to its path';

const fileVariables = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'];

/** By the authorities of the operator: making one takes tens of milliseconds, and one serves all connections. */
const contexts = new Map<string, SecureContext>();

/**
 * Trust in Node's own authorities, those of the operating system, and those in the PEM files that `SSL_CERT_FILE` and
 * `NODE_EXTRA_CA_CERTS` name. Node by itself reads only the second variable, and only when the process starts.
 * @param furtherVariables - Further variables that name such files.
 * @throws UnusableVariableError when a file cannot be read, or holds no certificate.
 */
export function createTrust(env: Environment, furtherVariables: readonly string[] = []): SecureContext {
  const own = [...fileVariables, ...furtherVariables].flatMap((variable) => {
    const path = env[variable];
    return path ? readAuthorities(variable, path) : [];
  });
  const key = own.join();
  const known = contexts.get(key);
  if (known) return known;
  const authorities = new Set([...getCACertificates('default'), ...getCACertificates('system'), ...own]);
  const context = createSecureContext({ ca: [...authorities] });
  contexts.set(key, context);
  return context;
}

function readAuthorities(variable: string, path: string): readonly string[] {
  const unusable = (fault: string, cause?: unknown) =>
    new UnusableVariableError('unusable_certificates', `${variable} names ${path}, which ${fault}`, { cause });
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw unusable(`cannot be read: ${(error as NodeJS.ErrnoException).code}`, error);
  }
  try {
    const authorities = parseCertificates(pem);
    if (authorities.length > 0) return authorities.map(String);
  } catch (error) {
    throw unusable(`contains a damaged certificate: ${(error as Error).message}`, error);
  }
  throw unusable('contains no PEM certificate');
}
