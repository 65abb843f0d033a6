// A real HTTP proxy on a free port of loopback: tunnels by CONNECT, and plain requests in absolute form.
import { createServer, request as forward } from 'node:http';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { listen } from './start-server.ts';

export interface RunningProxy {
  readonly url: string;
  /** What it was asked for: `CONNECT host:port`, or a method and an absolute URL. */
  readonly asked: readonly string[];
  /** `Proxy-Authorization` of each. */
  readonly authorizations: readonly (string | undefined)[];
  /** Every header of each, for what must not be among them. */
  readonly headers: readonly string[];
}

/** @param refuseWith - A status with which it refuses everything; `hang up` ends connections that ask for a tunnel. */
export async function startProxy(t: TestContext, refuseWith?: number | 'hang up'): Promise<RunningProxy> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const headers: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    headers.push(request.rawHeaders.join('\n'));
    if (typeof refuseWith === 'number') {
      response.writeHead(refuseWith).end();
      return;
    }
    const onward = forward(request.url ?? '', { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    headers.push(request.rawHeaders.join('\n'));
    socket.on('error', () => {});
    if (refuseWith === 'hang up') {
      socket.destroy();
      return;
    }
    if (refuseWith !== undefined) {
      socket.end(`HTTP/1.1 ${refuseWith} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  const port = await listen(t, server);
  t.after(() => server.closeAllConnections());
  return { url: `http://127.0.0.1:${port}`, asked, authorizations, headers };
}
