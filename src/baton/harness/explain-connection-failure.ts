// Why no call gets through to an address, and what to do about it.
import { Code, ConnectError } from '@connectrpc/connect';
import type { Connection } from './connection.ts';

/**
 * Explains the failure of the first call on a connection, if it comes from the connection and not from the server.
 * @returns A sentence without its full stop; nothing for an answer of a gRPC server.
 */
export function explainConnectionFailure(error: unknown, { address, tls }: Connection): string | undefined {
  const codes = isClosed(error) ? ['ERR_HTTP2_STREAM_CANCEL'] : nodeCodes(error);
  const explained = codes.map((code) => explain(code, address, tls !== undefined)).find((text) => text !== undefined);
  return explained && `${explained} (${codes.join(', ')})`;
}

function explain(code: string, address: string, hasTls: boolean): string | undefined {
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${address}: start the connector's server there, or give its address`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name of ${address} has no address`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${address} cannot be reached from here`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `the certificate of ${address} is of no trusted authority: give the authority's file with --tls-ca`;
    case 'CERT_HAS_EXPIRED':
      return `the certificate of ${address} has expired`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of ${address} is for another name: give that name with --tls-server-name`;
  }
  if (/^ERR_SSL_.*(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|RECORD_LAYER_FAILURE)$/.test(code)) {
    return `what listens at ${address} speaks no TLS`;
  }
  if (/^ERR_SSL_.*ALERT/.test(code)) {
    return `${address} refused the TLS handshake, as a server does that wants a certificate of its clients: give one with --tls-cert and --tls-key`;
  }
  if (code === 'ECONNRESET' || code.startsWith('ERR_HTTP2_') || code === 'EPIPE' || code === 'EPROTO') {
    return hasTls
      ? `${address} ended the connection: it is no gRPC server, or wants a certificate of its clients that it trusts (--tls-cert, --tls-key)`
      : `what listens at ${address} is no gRPC server in plaintext: if it wants TLS, give its authority with --tls-ca`;
  }
  return undefined;
}

/** A connection that the other side closes ends the calls on it as if they had been cancelled, without another cause. */
function isClosed(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.Canceled && error.cause === undefined;
}

/** The codes that Node gave an error and its causes, the innermost first. */
function nodeCodes(error: unknown): string[] {
  const codes: string[] = [];
  const seen = new Set<unknown>();
  for (let current = error; current instanceof Error && !seen.has(current); current = current.cause) {
    seen.add(current);
    if ('code' in current && typeof current.code === 'string') {
      codes.unshift(current.code);
    }
    if (current instanceof AggregateError) {
      codes.unshift(...current.errors.flatMap(nodeCodes));
    }
  }
  return [...new Set(codes)];
}
