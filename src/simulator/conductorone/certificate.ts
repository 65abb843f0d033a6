// A certificate for this machine only, created on each start so that no private key is left on disk.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { der, derBitString, derObjectIdentifier, derSequence, derTag, derUtcTime } from './der.ts';

export interface Certificate {
  /** PEM. Clients that trust it as an authority trust the server that presents it. */
  readonly cert: string;
  /** PEM of the private key. */
  readonly key: string;
}

const validForDays = 30;
const oid = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
} as const;

/**
 * Creates a self-signed certificate with a P-256 key, which every TLS library supports, for 127.0.0.1, ::1 and names.
 * @param names - Host names.
 */
export function createCertificate(names: readonly string[] = ['localhost']): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = derSequence(derObjectIdentifier(oid.ecdsaWithSha256));
  const commonName = derSequence(
    derObjectIdentifier(oid.commonName),
    der(derTag.utf8String, Buffer.from('simulated ConductorOne')),
  );
  const name = derSequence(der(derTag.set, commonName));
  const now = Date.now();
  const day = 24 * 60 * 60 * 1000;
  const content = derSequence(
    der(derTag.explicit0, der(derTag.integer, Buffer.from([2]))),
    // The first bit is the sign: the number must be positive.
    der(derTag.integer, Buffer.from([0x01]), randomBytes(8)),
    algorithm,
    name,
    derSequence(derUtcTime(new Date(now - day)), derUtcTime(new Date(now + validForDays * day))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(derTag.explicit3, derSequence(authority(), subjectNames(names))),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = derSequence(content, algorithm, derBitString(signature));
  return { cert: toPem(certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function authority(): Buffer {
  const isAuthority = derSequence(der(derTag.boolean, Buffer.from([0xff])));
  const isCritical = der(derTag.boolean, Buffer.from([0xff]));
  return derSequence(derObjectIdentifier(oid.basicConstraints), isCritical, der(derTag.octetString, isAuthority));
}

function subjectNames(hostNames: readonly string[]): Buffer {
  const dnsName = 0x82;
  const ipAddress = 0x87;
  const names = derSequence(
    ...hostNames.map((name) => der(dnsName, Buffer.from(name))),
    der(ipAddress, Buffer.from([127, 0, 0, 1])),
    der(ipAddress, Buffer.from([...new Array<number>(15).fill(0), 1])),
  );
  return derSequence(derObjectIdentifier(oid.subjectAlternativeName), der(derTag.octetString, names));
}

function toPem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
