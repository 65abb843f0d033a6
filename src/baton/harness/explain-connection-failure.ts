// Explains why no call gets through to an address, and what to do about it.
import { Code, ConnectError } from '@connectrpc/connect';
import type { Connection } from './connection.ts';

/**
 * Explains the failure of the first call on a connection, if the connection caused it and not the server.
 * @returns A sentence without its full stop; undefined for a response of a gRPC server.
 */
export function explainConnectionFailure(error: unknown, { address, tls }: Connection): string | undefined {
  const codes = isClosed(error) ? ['ERR_HTTP2_STREAM_CANCEL'] : nodeCodes(error);
  const explained = codes.map((code) => explain(code, address, tls !== undefined)).find((text) => text !== undefined);
  return explained && `${explained} (${codes.join(', ')})`;
}

function explain(code: string, address: string, hasTls: boolean): string | undefined {
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing is listening on ${address}: start the connector's server, or correct the address`;
    case 'ENOENT':
      return `there is no socket at ${address}: start the connector's server, or correct the path`;
    case 'EACCES':
      return `you have no permission to connect to ${address}: run this as the user of the server`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `cannot resolve the host name of ${address}`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${address} is unreachable`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `the certificate of ${address} is not from a trusted authority: pass the authority's file with --tls-ca`;
    case 'CERT_HAS_EXPIRED':
      return `the certificate of ${address} has expired`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of ${address} is for another name: pass that name with --tls-server-name`;
  }
  if (/^ERR_SSL_.*(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|RECORD_LAYER_FAILURE)$/.test(code)) {
    return `the server on ${address} does not use TLS`;
  }
  if (/^ERR_SSL_.*ALERT/.test(code)) {
    return `${address} rejected the TLS handshake: it probably requires a client certificate (--tls-cert and --tls-key)`;
  }
  if (code === 'ECONNRESET' || code.startsWith('ERR_HTTP2_') || code === 'EPIPE' || code === 'EPROTO') {
    return hasTls
      ? `${address} closed the connection: it is not a gRPC server, or it requires a trusted client certificate (--tls-cert, --tls-key)`
      : `the server on ${address} is not a plaintext gRPC server: if it uses TLS, pass its authority with --tls-ca`;
  }
  return undefined;
}

/** When the other side closes a connection, its calls end as if cancelled, without another cause. */
function isClosed(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.Canceled && error.cause === undefined;
}

/** The codes of a Node error and its causes, innermost first. */
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
