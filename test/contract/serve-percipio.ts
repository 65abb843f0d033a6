// The Percipio connector behind the gRPC server, over a simulator: what a caller on the network sees.
import type { TestContext } from 'node:test';
import { type Client, createClient } from '@connectrpc/connect';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceGetterService, ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import type { PercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../../src/simulator/percipio/simulator-options.ts';
import { startTestServer, type TestServer } from '../baton/server/test-server.ts';
import { startConnector } from '../percipio/start-connector.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';

export interface ServedPercipio {
  readonly simulator: PercipioSimulator;
  readonly server: TestServer;
  readonly resources: Client<typeof ResourcesService>;
  readonly getter: Client<typeof ResourceGetterService>;
  readonly grants: Client<typeof GrantsService>;
}

/** Nothing waits for real, and everything ends with the test. */
export async function servePercipio(t: TestContext, options: PercipioSimulatorOptions = {}): Promise<ServedPercipio> {
  const simulator = await startSimulator(t, { users: 20, courses: 10, activityRows: 50, ...READY_AT_ONCE, ...options });
  const server = await startTestServer(t, startConnector(t, simulator).services);
  const client = server.transport;
  return {
    simulator,
    server,
    resources: createClient(ResourcesService, client),
    getter: createClient(ResourceGetterService, client),
    grants: createClient(GrantsService, client),
  };
}

/** Asks for the grants of all courses. */
export const allCourses = { resource: { id: { resourceType: 'course', resource: 'course' } } };

/**
 * Calls ListResources of the type `user` without a client of gRPC, which would end the call by itself.
 * @returns The stream, and the status that the server ends it with.
 */
export function listUsersByHand({ http2 }: TestServer, headers: Readonly<Record<string, string>> = {}) {
  const stream = http2.request({
    ':method': 'POST',
    ':path': '/c1.connector.v2.ResourcesService/ListResources',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  const status = Promise.withResolvers<unknown>();
  // An answer that is nothing but a status has it in its header.
  for (const event of ['response', 'trailers']) {
    stream.on(event, (fields: Record<string, unknown>) => {
      if (fields['grpc-status'] !== undefined) {
        status.resolve(fields['grpc-status']);
      }
    });
  }
  stream.on('error', () => {});
  stream.resume();
  stream.end(Buffer.from('\0\0\0\0\x06\x0a\x04user', 'latin1'));
  return { stream, status: status.promise };
}
