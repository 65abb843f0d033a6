// The curl command that calls a method with JSON.
import { quoteForShell } from '../../net/quote-for-shell.ts';

export interface CurlTarget {
  /** Such as `http://127.0.0.1:8090`. */
  readonly origin: string;
  /** The Unix socket of the server, if it listens on one. */
  readonly socketPath: string | undefined;
  readonly hasTls: boolean;
  /** What the shell reads as the token of the caller; undefined for none. */
  readonly token: string | undefined;
}

/** @param path - `/c1.connector.v2.GrantsService/ListGrants`. */
export function curlCommand(path: string, { origin, socketPath, hasTls, token }: CurlTarget): string {
  return [
    `curl -H 'content-type: application/json' -d '{}'`,
    ...(token === undefined ? [] : [`-H "authorization: Bearer ${token}"`]),
    ...(socketPath === undefined ? [] : [`--unix-socket ${quoteForShell(socketPath)}`]),
    // The files of the client are unknown here.
    ...(hasTls ? ['--cacert SERVER_CA.pem --cert CLIENT.pem --key CLIENT_KEY.pem'] : []),
    quoteForShell(`${origin}${path}`),
  ].join(' ');
}
