// Keeps web pages from a server that is for this machine alone.
import type { RequestListener } from 'node:http';
import { isLoopback } from '../listen-address.ts';

/**
 * Answers 403 to requests that name a host other than this machine. A browser sends such to a server on loopback when a
 * page gives its own name the address 127.0.0.1 (DNS rebinding), and would let the page read the answer.
 */
export function refuseForeignHosts(handler: RequestListener): RequestListener {
  return (request, response) => {
    const host = request.headers.host ?? '';
    if (URL.canParse(`http://${host}`) && isLoopback({ host: hostOf(host), port: 0 })) {
      handler(request, response);
      return;
    }
    response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end('this server is for this machine: call it as localhost or by its address\n');
  };
}

function hostOf(host: string): string {
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
}
