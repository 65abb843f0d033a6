// Mutual TLS for a server: it shows its certificate, and takes callers only that show one of an authority it trusts.
import type { TlsOptions } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';

/** What a server needs for it, all in PEM form. */
export interface TlsMaterial {
  /** The server's certificate, and behind it those that lead to its authority, if any. */
  readonly cert: string;
  /** The private key of the certificate. */
  readonly key: string;
  /** The authorities whose certificates callers may have. */
  readonly clientCa: string;
}

/** Options for servers of Node's: TLS 1.3, and no caller without a certificate. */
export function mutualTlsOptions({ cert, key, clientCa }: TlsMaterial): TlsOptions {
  return { cert, key, ca: clientCa, minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: true };
}

/** The same for a gRPC server. grpc-js's own (`createSsl`) take no version of TLS. */
export class MutualTlsCredentials extends ServerCredentials {
  constructor(material: TlsMaterial) {
    const options = mutualTlsOptions(material);
    super(options, options);
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
