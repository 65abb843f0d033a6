// Keeps web pages from a server that only this machine may call.
import type { RequestListener } from 'node:http';
import { isLoopback } from '../../net/is-loopback.ts';
import type { ListenAddress } from '../listen-address.ts';

/**
 * The handler of a server at an address. A web page cannot reach a Unix socket, and other machines call the server at
 * other addresses by names that it does not know.
 */
export function guardLoopback(handler: RequestListener, address: ListenAddress): RequestListener {
  return 'host' in address && isLoopback(address.host) ? forbidForeignHosts(handler) : handler;
}

/**
 * Answers 403 to requests that name a host other than this machine. A browser sends those to a server on loopback when a
 * page resolves its own name to 127.0.0.1 (DNS rebinding), and would let the page read the response.
 */
function forbidForeignHosts(handler: RequestListener): RequestListener {
  return (request, response) => {
    const host = request.headers.host ?? '';
    if (URL.canParse(`http://${host}`) && isLoopback(hostOf(host))) {
      handler(request, response);
      return;
    }
    response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end('forbidden host: this server accepts only loopback hosts (localhost, 127.0.0.1, ::1)\n');
  };
}

function hostOf(host: string): string {
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
}
