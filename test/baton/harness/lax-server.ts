// Another gRPC server than this runtime's, which can be lax about a limit: it checks requests, but not in all respects.
import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { clone, type Message } from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { ListenAddress } from '../../../src/baton/server/listen-address.ts';
import type { ServiceEntry } from '../../../src/baton/services/service-entry.ts';

/** @param overlook - Puts right in a copy of a request what the server shall not refuse it for. */
export async function serveLaxly(
  t: TestContext,
  services: readonly ServiceEntry[],
  overlook: (request: Message & Record<string, unknown>) => void = () => {},
): Promise<ListenAddress> {
  const validator = createValidator();
  const validate: Interceptor = (next) => async (request) => {
    if (!request.stream) {
      const copy = clone(request.method.input, request.message);
      overlook(copy as Message & Record<string, unknown>);
      const { error } = validator.validate(request.method.input, copy);
      if (error) {
        throw new ConnectError(error.message, Code.InvalidArgument);
      }
    }
    return await next(request);
  };
  const server = createServer(
    connectNodeAdapter({
      interceptors: [validate],
      routes: (router) => {
        for (const { desc, implementation } of services) {
          router.service(desc, implementation);
        }
      },
    }),
  );
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const session of sessions) {
      session.destroy();
    }
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}
