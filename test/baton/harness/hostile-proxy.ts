// An HTTP/2 proxy in front of a gRPC server, which can keep from it that a call has a deadline or was cancelled.
import { once } from 'node:events';
import { connect, createServer, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { formatListenAddress, type ListenAddress } from '../../../src/baton/server/listen-address.ts';

/** @param swallows - Whether a request gets no answer at all. */
export async function startProxy(
  t: TestContext,
  server: ListenAddress,
  swallows: (headers: IncomingHttpHeaders) => boolean,
): Promise<ListenAddress> {
  const upstream = connect(`http://${formatListenAddress(server)}`);
  const sessions = new Set<ServerHttp2Session>();
  const proxy = createServer();
  proxy.on('session', (session) => sessions.add(session));
  proxy.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    if (swallows(headers)) {
      stream.resume();
      return;
    }
    const { 'grpc-timeout': _timeout, ...others } = headers;
    const request = upstream.request(others);
    request.on('error', () => stream.destroy());
    let trailers: IncomingHttpHeaders = {};
    request.on('response', (answer) => {
      if (!stream.destroyed) {
        stream.respond(answer, { waitForTrailers: true });
      }
    });
    request.on('trailers', (received) => {
      trailers = received;
    });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.pipe(request);
    request.pipe(stream);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => {
    proxy.close();
    upstream.destroy();
    for (const session of sessions) {
      session.destroy();
    }
  });
  return { host: '127.0.0.1', port: (proxy.address() as AddressInfo).port };
}
