// Reads the PEM files for TLS, and finds their faults before anyone connects.
import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { parseCertificates } from '../../net/pem.ts';
import { explainReadFailure, isReadableByOthers } from '../secret-file.ts';
import { mutualTlsOptions, type TlsMaterial } from './mutual-tls.ts';

/** Paths of the files, by their contents. */
export type TlsPaths = Readonly<Record<keyof TlsMaterial, string>>;

/** The contents, or all faults: each a line that names the file. */
export type TlsFiles = { readonly material: TlsMaterial } | { readonly faults: readonly string[] };

/** PKCS #8, and the older format of OpenSSL. */
const encryptedKey = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** Reads and checks the files. */
export async function readTlsFiles(paths: TlsPaths): Promise<TlsFiles> {
  const faults: string[] = [];
  const read = async (what: string, path: string) => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      faults.push(`cannot read ${what} ${path}: ${explainReadFailure(error)}`);
      return undefined;
    }
  };
  const [cert, key, clientCa] = await Promise.all([
    read('the certificate', paths.cert),
    read('the key', paths.key),
    read('the certificate authority', paths.clientCa),
  ]);

  const certificate = cert && readCertificates(`the certificate ${paths.cert}`, cert, faults)?.[0];
  const privateKey = key && readKey(`the key ${paths.key}`, key, faults);
  if (privateKey && isReadableByOthers(await stat(paths.key))) {
    faults.push(`the key ${paths.key} is readable by every user of this machine: run chmod o-rwx on it`);
  }
  clientCa && readCertificates(`the certificate authority ${paths.clientCa}`, clientCa, faults);
  if (certificate && privateKey && !certificate.checkPrivateKey(privateKey)) {
    faults.push(`the key ${paths.key} does not belong to the certificate ${paths.cert}`);
  }
  if (faults.length > 0 || cert === undefined || key === undefined || clientCa === undefined) {
    return { faults };
  }
  const material = { cert, key, clientCa };
  try {
    createSecureContext(mutualTlsOptions(material));
  } catch (error) {
    return { faults: [`cannot use the certificate ${paths.cert} for TLS: ${(error as Error).message}`] };
  }
  return { material };
}

/** All certificates of a PEM text. */
function readCertificates(what: string, pem: string, faults: string[]): X509Certificate[] | undefined {
  try {
    const certificates = parseCertificates(pem);
    if (certificates.length > 0) return certificates;
    faults.push(`${what} contains no PEM certificate (-----BEGIN CERTIFICATE-----)`);
    return undefined;
  } catch {
    faults.push(`${what} contains a malformed PEM certificate`);
    return undefined;
  }
}

function readKey(what: string, pem: string, faults: string[]): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    faults.push(
      encryptedKey.test(pem)
        ? `${what} is encrypted with a passphrase; use an unencrypted key`
        : `${what} contains no PEM private key (-----BEGIN PRIVATE KEY-----)`,
    );
    return undefined;
  }
}
