// The host name by which callers reach a server with a certificate.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { parseAlternativeNames } from './alternative-names.ts';

/**
 * The host that the server listens on if its certificate is valid for it; otherwise the first that the certificate names,
 * or the listening host if it names none.
 * @param certificate - PEM.
 */
export function nameToDial(certificate: string, listenHost: string): string {
  const parsed = new X509Certificate(certificate);
  const isValid = isIP(listenHost) ? parsed.checkIP(listenHost) : parsed.checkHost(listenHost);
  if (isValid) {
    return listenHost;
  }
  const name = parseAlternativeNames(parsed.subjectAltName).find(
    ({ type, value }) => (type === 'DNS' || type === 'IP Address') && !value.includes('*'),
  );
  return name?.value ?? listenHost;
}
