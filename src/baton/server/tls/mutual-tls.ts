// Mutual TLS for a server: it presents its certificate, and accepts only callers with one from an authority it trusts.
import type { TlsOptions } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';

/** What a server needs for mutual TLS, in PEM form. */
export interface TlsMaterial {
  /** The server's certificate, followed by intermediate certificates, if any. */
  readonly cert: string;
  /** The private key of the certificate. */
  readonly key: string;
  /** The authorities that issue the certificates of callers. */
  readonly clientCa: string;
}

/** For servers of Node: TLS 1.3, and no caller without a certificate. */
export function mutualTlsOptions({ cert, key, clientCa }: TlsMaterial): TlsOptions {
  return { cert, key, ca: clientCa, minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: true };
}

/** For a gRPC server. The credentials of grpc-js (`createSsl`) have no option for the TLS version. */
export class MutualTlsCredentials extends ServerCredentials {
  constructor(material: TlsMaterial) {
    const options = mutualTlsOptions(material);
    super(options, options);
  }

  /** Uses other certificates for new connections. */
  update(material: TlsMaterial): void {
    this.updateSecureContextOptions(mutualTlsOptions(material));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
