// Certificates as files hold them.
import { X509Certificate } from 'node:crypto';

/**
 * The certificates of a PEM text; none where it has none.
 * @throws Error of Node's when one is damaged, which a TLS context would leave out without a word.
 */
export function parseCertificates(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}
