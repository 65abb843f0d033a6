// The HTTP/2 server inside a grpc-js server. Its sessions and streams are what limits apply to, and grpc-js has no public
// access to them. This is the only place that knows where grpc-js keeps it.
import { EventEmitter } from 'node:events';
import type { Http2Server } from 'node:http2';
import type { Server } from '@grpc/grpc-js';

/**
 * Call it after `createConnectionInjector`, which creates the HTTP/2 server.
 * @throws Error when this version of grpc-js keeps it elsewhere: a server without limits must not start.
 */
export function http2ServerOf(server: Server): Http2Server {
  const servers: unknown = Reflect.get(server, 'http2Servers');
  const [found]: unknown[] = servers instanceof Map ? [...servers.keys()] : [];
  if (!isHttp2Server(found)) {
    throw new Error('cannot limit connections: this version of @grpc/grpc-js keeps its HTTP/2 server elsewhere');
  }
  return found;
}

function isHttp2Server(value: unknown): value is Http2Server {
  return value instanceof EventEmitter && 'updateSettings' in value;
}
