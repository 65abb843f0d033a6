// By which name a server with a certificate is called.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * A host that callers can reach a server by, and that its certificate vouches for: the one that it listens at, or else
 * the first that the certificate names. Without such a name it is the one that it listens at.
 * @param certificate - PEM.
 */
export function nameToDial(certificate: string, listenHost: string): string {
  const parsed = new X509Certificate(certificate);
  const isVouchedFor = isIP(listenHost) ? parsed.checkIP(listenHost) : parsed.checkHost(listenHost);
  if (isVouchedFor) {
    return listenHost;
  }
  // As in `DNS:baton.test, DNS:*.baton.test, IP Address:10.0.0.1`.
  const names = [...(parsed.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,*"]+)(?:,|$)/g)];
  return names[0]?.[1] ?? listenHost;
}
