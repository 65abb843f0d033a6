// Refuses requests to an HTTP server before their bodies are read.
import type { RequestListener } from 'node:http';
import { TLSSocket } from 'node:tls';
import { Code } from '../../author/service-error.ts';
import { describePeer } from '../limits/describe-peer.ts';
import type { CallerGuard } from './caller-guard.ts';

/** Answers 401 or 403, with an error as Connect sends it. */
export function guardHttp(handler: RequestListener, guard: CallerGuard): RequestListener {
  return (request, response) => {
    const { socket, url = '', headers } = request;
    const refusal = guard.refusal({
      path: url,
      // They have an endpoint of their own.
      isProbe: false,
      authorization: headers.authorization,
      certificate: () => (socket instanceof TLSSocket ? socket.getPeerCertificate() : undefined),
      peer: describePeer(socket),
    });
    if (!refusal) {
      handler(request, response);
      return;
    }
    const isUnknown = refusal.code === Code.Unauthenticated;
    response.writeHead(isUnknown ? 401 : 403, {
      'content-type': 'application/json',
      connection: 'close',
      ...(isUnknown && { 'www-authenticate': 'Bearer' }),
    });
    response.end(
      `${JSON.stringify({ code: isUnknown ? 'unauthenticated' : 'permission_denied', message: refusal.rawMessage })}\n`,
    );
  };
}
