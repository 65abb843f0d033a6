// Sends HTTP requests over the HTTP/2 connection that gRPC calls use: a hosted connector needs no other HTTP client until
// it calls its application, and its memory is what ConductorOne pays for.
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import type { Http2Connection } from '../conductorone/link/http2-connection.ts';
import type { HttpSender } from '../net/http-sender.ts';

/** Makes a sender, whose requests end with the connection. */
export function createHttp2Sender(connection: Http2Connection): Pick<HttpSender, 'request'> {
  return {
    request: async ({ method, path, headers, body = '', signal }) => {
      const stream = await connection.request(method, path, headers, {});
      const stop = () => stream.destroy(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      stream.once('close', () => signal.removeEventListener('abort', stop));
      if (signal.aborted) stop();
      stream.end(body);
      const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders & IncomingHttpStatusHeader];
      return { status: answer[':status'] ?? 0, statusText: '', headers: answer, body: stream };
    },
  };
}
