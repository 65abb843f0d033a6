// The host name by which callers reach a server with a certificate.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

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
  // As in `DNS:baton.test, DNS:*.baton.test, IP Address:10.0.0.1`.
  const names = [...(parsed.subjectAltName ?? '').matchAll(/(?:^|, )(?:DNS|IP Address):([^,*"]+)(?=,|$)/g)];
  return names[0]?.[1] ?? listenHost;
}
