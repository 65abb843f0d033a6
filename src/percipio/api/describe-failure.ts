// What Node's sockets, TLS, zlib and undici throw, as what it means and what can be done about it.
import type { PercipioErrorKind } from './percipio-error.ts';

export interface Failure {
  readonly kind: Extract<PercipioErrorKind, 'network' | 'timeout' | 'body' | 'aborted'>;
  /** Reads well behind a method and a URL. */
  readonly problem: string;
  readonly isTransient: boolean;
  readonly isUnprocessed: boolean;
}

/** No connection was made, so no request was sent. */
const neverConnected: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at that address',
  ENOTFOUND: 'the host name does not exist; check the base URL and the DNS of this machine',
  EAI_AGAIN: 'the host name could not be looked up; check the DNS of this machine',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  UND_ERR_PRX_CONN: 'the proxy ended the connection instead of making a tunnel',
  UND_ERR_CONNECT_TIMEOUT:
    'no connection came about in time; a firewall may drop it, or a proxy be needed (HTTPS_PROXY)',
};

const certificateCodes: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UND_ERR_PRX_TLS',
]);

const timeoutCodes: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'ETIMEDOUT',
]);

/**
 * Says what a thrown error means.
 * @param receivedBytes - How much of the answer's body had come; nothing, when not even its headers had.
 */
export function describeFailure(error: unknown, receivedBytes: number | undefined): Failure {
  const code = findCode(error);
  const text = findMessage(error);
  const shown = code === undefined || text.includes(code) ? text : `${code}: ${text}`;

  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return { kind: 'aborted', problem: 'was ended: the client is closed', isTransient: false, isUnprocessed: false };
  }
  const proxy = describeProxyRefusal(text);
  if (proxy !== undefined) return proxy;
  if (code !== undefined && certificateCodes.has(code)) {
    const advice =
      'if a proxy inspects TLS here, put its certificate authority into a file that SSL_CERT_FILE or NODE_EXTRA_CA_CERTS names';
    const problem = `could not connect: the certificate is not trusted (${shown}); ${advice}`;
    return { kind: 'network', problem, isTransient: false, isUnprocessed: true };
  }
  if (receivedBytes !== undefined) {
    const kind = code !== undefined && timeoutCodes.has(code) ? 'timeout' : 'body';
    const what = kind === 'timeout' ? 'stalled in the middle of its answer' : 'got an answer that is cut off or broken';
    const problem = `${what} after ${receivedBytes} bytes (${shown})`;
    return { kind, problem, isTransient: true, isUnprocessed: false };
  }
  const reason = code === undefined ? undefined : neverConnected[code];
  if (reason !== undefined) {
    const kind = code !== undefined && timeoutCodes.has(code) ? 'timeout' : 'network';
    return { kind, problem: `could not connect: ${reason} (${shown})`, isTransient: true, isUnprocessed: true };
  }
  if (code !== undefined && timeoutCodes.has(code)) {
    return { kind: 'timeout', problem: `got no answer in time (${shown})`, isTransient: true, isUnprocessed: false };
  }
  // An argument that undici refuses is refused the next time as well.
  const isTransient = code !== undefined && !code.startsWith('UND_ERR_INVALID_') && !code.startsWith('ERR_INVALID_');
  return {
    kind: 'network',
    problem: `got no answer: the connection failed (${shown})`,
    isTransient,
    isUnprocessed: false,
  };
}

/**
 * undici tells a proxy's refusal of a tunnel by its text alone: as an aborted request (`Proxy response (403) !== 200
 * when HTTP Tunneling`), or as an invalid argument (`Proxy Authentication Required (407)`) where there is no tunnel.
 */
function describeProxyRefusal(text: string): Failure | undefined {
  const status = /^Proxy (?:response|Authentication Required) \((\d+)\)/.exec(text)?.[1];
  if (status === undefined) return undefined;
  const advice =
    status === '407'
      ? 'it wants a user name and password, given as http://user:password@host:port in HTTPS_PROXY'
      : 'check HTTPS_PROXY, and what the proxy lets through';
  return {
    kind: 'network',
    problem: `could not connect: the proxy refused with status ${status}; ${advice}`,
    isTransient: ['429', '502', '503', '504'].includes(status),
    isUnprocessed: true,
  };
}

/** A copy of an error that holds its name, code and text only: undici's parser errors carry a piece of the answer. */
export function copyError(error: unknown, redact: (text: string) => string): Error {
  const copy = new Error(redact(findMessage(error)));
  const code = findCode(error);
  if (error instanceof Error) copy.name = error.name;
  return code === undefined ? copy : Object.assign(copy, { code });
}

/** The code of the error, or of what caused it. */
function findCode(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    const code = (current as NodeJS.ErrnoException).code;
    if (typeof code === 'string') return code;
  }
  return undefined;
}

function findMessage(error: unknown): string {
  // A host with several addresses fails with an AggregateError, whose own text is empty.
  if (error instanceof AggregateError && error.message === '') return findMessage(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
