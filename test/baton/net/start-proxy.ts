// A real HTTP proxy on a free port of this machine: tunnels by CONNECT, and plain requests in absolute form.
import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface RunningProxy {
  /** `http://127.0.0.1:34567`. */
  readonly url: string;
  /** `127.0.0.1:34567`. */
  readonly host: string;
  /** The requests: `CONNECT host:port`, or a method and an absolute URL. */
  readonly asked: string[];
  /** `Proxy-Authorization` of each. */
  readonly authorizations: readonly (string | undefined)[];
  /** Every header of each, for what must not be among them. */
  readonly headers: readonly string[];
}

export interface ProxyOptions {
  /** A status with which it refuses everything; `hang up` ends connections that ask for a tunnel, `be silent` keeps them. */
  readonly refuseWith?: number | 'hang up' | 'be silent' | undefined;
  /** Makes it speak TLS. */
  readonly certificate?: ServerOptions | undefined;
}

/** Starts a proxy that takes every host for this machine. It ends with the test. */
export async function startProxy(
  t: TestContext,
  { refuseWith, certificate }: ProxyOptions = {},
): Promise<RunningProxy> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const headers: string[] = [];
  const sockets = new Set<Socket>();
  const server = certificate ? createTlsServer(certificate) : createServer();
  server.on('request', (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    headers.push(request.rawHeaders.join('\n'));
    if (typeof refuseWith === 'number') {
      response.writeHead(refuseWith).end();
      return;
    }
    const { pathname, search, port } = new URL(request.url ?? '');
    const target = { host: '127.0.0.1', port, path: pathname + search };
    const onward = forward({ ...target, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward.on('error', () => response.destroy()));
  });
  server.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    headers.push(request.rawHeaders.join('\n'));
    socket.on('error', () => {});
    if (refuseWith === 'be silent') return;
    if (refuseWith === 'hang up') {
      socket.destroy();
    } else if (refuseWith !== undefined) {
      socket.end(`HTTP/1.1 ${refuseWith} Refused\r\ncontent-length: 0\r\n\r\n`);
    } else {
      const onward = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.on('close', () => onward.destroy());
    }
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `${certificate ? 'https' : 'http'}://${host}`, host, asked, authorizations, headers };
}
