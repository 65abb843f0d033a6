// Decides who may call a server: callers that know its token, and clients whose certificate has one of the names.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { ConnectError } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { Code, ServiceError } from '../../author/service-error.ts';
import { SparseLog } from '../sparse-log.ts';
import { certificateNames, normalizeName } from './certificate-names.ts';

/** What is known of a call before its request is read. */
export interface Caller {
  /** `/c1.connector.v2.GrantsService/ListGrants`, or anything else that was sent. */
  readonly path: string;
  /** The value of the header or metadata `authorization`. */
  readonly authorization: string | undefined;
  /** Undefined without TLS, which has verified it. It is read only if it matters: Node parses it each time. */
  readonly certificate: () => Pick<PeerCertificate, 'subjectaltname'> | undefined;
  readonly peer: string | undefined;
  /** Whether it is a health check: probes cannot send a token, and learn only whether the server accepts calls. */
  readonly isProbe: boolean;
}

export interface CallerGuardOptions {
  /** The token that callers must have now; undefined if they need none. */
  readonly token?: (() => string) | undefined;
  /** Of which the certificate must have one; undefined for any certificate, or none. */
  readonly clientNames?: readonly string[] | undefined;
  readonly logger: Logger;
}

export class CallerGuard {
  readonly #token: (() => string) | undefined;
  readonly #clientNames: ReadonlySet<string> | undefined;
  readonly #log: SparseLog;

  constructor({ token, clientNames, logger }: CallerGuardOptions) {
    this.#token = token;
    this.#clientNames = clientNames && new Set(clientNames.map(normalizeName));
    this.#log = new SparseLog(logger);
  }

  /** @returns UNAUTHENTICATED or PERMISSION_DENIED, which is logged; undefined if the caller may make the call. */
  refusal(caller: Caller): ConnectError | undefined {
    const refusal = this.#checkName(caller) ?? this.#checkToken(caller);
    if (!refusal) return undefined;
    const { path, peer } = caller;
    const { reason, rawMessage } = refusal;
    this.#log.add(
      reason,
      'refused a call',
      { reason },
      { error: rawMessage, path, ...(peer !== undefined && { peer }) },
    );
    return ConnectError.from(refusal);
  }

  #checkName({ certificate }: Caller): ServiceError | undefined {
    if (!this.#clientNames) return undefined;
    const names = certificateNames(certificate()?.subjectaltname);
    if (names.some((name) => this.#clientNames?.has(name))) return undefined;
    const found = names.length > 0 ? `has only ${names.join(', ')}` : 'has no DNS name and no URI';
    return new ServiceError(
      Code.PermissionDenied,
      `the client certificate has none of the names that this server accepts (--tls-client-names): it ${found}`,
      { reason: 'client_name_refused' },
    );
  }

  #checkToken({ authorization, isProbe }: Caller): ServiceError | undefined {
    if (!this.#token || isProbe) return undefined;
    if (authorization === undefined) {
      const message = 'this server requires a token (--caller-token-file): send it as authorization: Bearer TOKEN';
      return new ServiceError(Code.Unauthenticated, message, { reason: 'caller_token_missing' });
    }
    const [, sent] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    if (sent !== undefined && isEqual(sent, this.#token())) return undefined;
    const message =
      sent === undefined
        ? 'authorization must be Bearer TOKEN, with the token of this server (--caller-token-file)'
        : 'the token does not match that of this server (--caller-token-file)';
    return new ServiceError(Code.Unauthenticated, message, { reason: 'caller_token_invalid' });
  }
}

/** In the same time, whatever they have in common. */
function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(hash(one), hash(other));
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
