// Turns the credential that the parent made for this process into what TLS takes.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Credential } from '#gen/c1/utls/v1/tls_pb.js';
import type { TlsMaterial } from '../server/tls/mutual-tls.ts';
import { invalidConfig } from './server-config.ts';

/** PKCS #8 around the seed of an Ed25519 key (RFC 8410): all that stands before its 32 bytes. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

const seedBytes = 32;
/** As Go keeps such keys: the seed, and behind it the public key. */
const keyBytes = 64;

/**
 * One authority vouches for both sides, and the same certificate serves as a server's and as a client's.
 * @throws ServiceError INVALID_ARGUMENT that names the field, and shows nothing of the key.
 */
export function readCredential(credential: Credential | undefined): TlsMaterial {
  if (!credential) {
    throw invalidConfig('credential is missing');
  }
  const authority = readCertificate('credential.ca_cert', credential.caCert);
  const certificate = readCertificate('credential.cert', credential.cert);
  const key = readKey(credential.key);
  if (!certificate.checkPrivateKey(key)) {
    throw invalidConfig('credential.key is not that of credential.cert');
  }
  return {
    cert: certificate.toString(),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    clientCa: authority.toString(),
  };
}

function readCertificate(field: string, der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw invalidConfig(`${field} is no certificate in DER form`, cause);
  }
}

function readKey(key: Uint8Array): KeyObject {
  if (key.length !== keyBytes) {
    throw invalidConfig(`credential.key must be an Ed25519 key of ${keyBytes} bytes, got ${key.length}`);
  }
  const der = Buffer.concat([pkcs8Prefix, key.subarray(0, seedBytes)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
