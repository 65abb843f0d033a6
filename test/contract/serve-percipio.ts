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
