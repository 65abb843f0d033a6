// Why a connection did not come about, and what to do about it.
import { endpointOf, formatEndpoint } from './endpoint.ts';
import type { Route } from './route.ts';
import { trustAdvice } from './trust.ts';

/** What was under way: connecting to the proxy, asking it for a tunnel, or connecting to the server. */
export type Stage = 'proxy' | 'tunnel' | 'server';

/** A connection that did not come about, so that no request was sent. Names the proxy and its variable, if there is one. */
export class ConnectionError extends Error {
  /** The message without the server: `nothing is listening at that address (connect ECONNREFUSED 10.1.2.3:443)`. */
  readonly reason: string;
  /** Another attempt may succeed: not so for an untrusted certificate, or a proxy that refuses. */
  readonly isTransient: boolean;
  readonly isTimeout: boolean;

  constructor(route: Route, stage: Stage, cause: unknown) {
    const { reason, isTransient = true, isTimeout = false } = explain(route, stage, cause);
    super(`cannot connect to ${formatEndpoint(endpointOf(route.origin))}: ${reason}`, { cause });
    this.name = 'ConnectionError';
    this.reason = reason;
    this.isTransient = isTransient;
    this.isTimeout = isTimeout;
  }
}

/** A proxy that answers, and opens no tunnel. */
export class TunnelRefusal extends Error {
  readonly isTransient: boolean;

  /** @param message - `status 403; …`. */
  constructor(message: string, isTransient: boolean) {
    super(message);
    this.name = 'TunnelRefusal';
    this.isTransient = isTransient;
  }
}

const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing is listening at that address',
  ECONNRESET: 'the other side closed the connection',
  ENOTFOUND: 'the host name does not exist; check its spelling and the DNS of this machine',
  EAI_AGAIN: 'the host name could not be resolved; check the DNS of this machine',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server there does not use TLS',
};

const untrustedCodes: ReadonlySet<string> = new Set([
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
]);

interface Explanation {
  readonly reason: string;
  readonly isTransient?: boolean;
  readonly isTimeout?: boolean;
}

function explain({ proxy }: Route, stage: Stage, cause: unknown): Explanation {
  const named = proxy && `the proxy ${proxy.shown}`;
  const through = named && stage === 'server' ? `, through ${named}` : '';
  const code = findCode(cause);
  const detail = describe(cause, code);
  if (cause instanceof TunnelRefusal) {
    return { reason: `${named} refused with ${cause.message}`, isTransient: cause.isTransient };
  }
  if (code !== undefined && untrustedCodes.has(code)) {
    const whose = named && stage === 'proxy' ? ` of ${named}` : '';
    const reason = `the certificate${whose} is not trusted (${detail})${through}; ${trustAdvice}`;
    return { reason, isTransient: false };
  }
  if (named && stage === 'tunnel') {
    const isTimeout = isLate(cause, code);
    // The codes of Node's HTTP parser.
    const isOther = code?.startsWith('HPE_');
    const closed = isOther ? 'is not an HTTP proxy' : 'closed the connection instead of opening a tunnel';
    return { reason: `${named} ${isTimeout ? 'did not respond' : closed} (${detail})`, isTimeout };
  }
  const unreachable = named && stage === 'proxy' ? `${named} cannot be reached: ` : '';
  if (isLate(cause, code)) {
    const advice = proxy ? '' : ', or a proxy may be needed (HTTPS_PROXY)';
    const meaning = `the connection timed out; a firewall may be dropping it${advice}`;
    return { reason: `${unreachable}${meaning} (${detail})${through}`, isTimeout: true };
  }
  const meaning = (code !== undefined && meanings[code]) || 'the connection failed';
  return { reason: `${unreachable}${meaning} (${detail})${through}` };
}

function isLate(error: unknown, code: string | undefined): boolean {
  return code === 'ETIMEDOUT' || (error instanceof Error && error.name === 'TimeoutError');
}

/** Its code and its text. A host with several addresses fails with an AggregateError, whose own text is empty. */
function describe(error: unknown, code: string | undefined): string {
  const shown = error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
  // Node advises to trust the authorities of the system, which is done already.
  const text = (shown instanceof Error ? shown.message : String(shown)).replace(/; if the root CA is installed.*$/, '');
  return code === undefined || text.includes(code) ? text : `${code}: ${text}`;
}

function findCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
