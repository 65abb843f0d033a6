// Calls the services of a connector in each way there is: in the same process, and over a server with real sockets.
import { type TestContext, test } from 'node:test';
import type { DescService } from '@bufbuild/protobuf';
import { createClient, createContextValues } from '@connectrpc/connect';
import pino from 'pino';
import type { Connector } from '../../../src/baton/author/connector.ts';
import { createInProcessClient, type UnaryClient } from '../../../src/baton/client/in-process-client.ts';
import { loggerKey } from '../../../src/baton/services/call-context.ts';
import {
  type ConnectorServicesOptions,
  createConnectorServices,
} from '../../../src/baton/services/connector-services.ts';
import { startTestServer } from '../server/test-server.ts';

export type Connect = <Desc extends DescService>(desc: Desc) => UnaryClient<Desc>;

export interface Served {
  readonly connect: Connect;
  /** All that was logged, as text. */
  readonly log: () => string;
}

export type Serve = (connector: Connector, options?: Partial<ConnectorServicesOptions>) => Promise<Served>;

/** Changes are allowed, and nothing is waited for before it is repeated. */
const openOptions: ConnectorServicesOptions = {
  provisioning: true,
  ticketing: false,
  retries: { attemptsMax: 4, delayMinMs: 0, delayMaxMs: 0 },
};

/** Registers a test twice. */
export function testEachWay(title: string, judge: (serve: Serve, t: TestContext) => Promise<void>): void {
  test(`${title} (in process)`, (t) =>
    judge(async (connector, options) => {
      const lines: string[] = [];
      const logger = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
      const services = createConnectorServices(connector, { ...openOptions, ...options });
      const contextValues = createContextValues().set(loggerKey, logger);
      const { signal } = t;
      return {
        connect: (desc) => createInProcessClient(desc, services, { contextValues, signal }),
        log: () => lines.join(''),
      };
    }, t));
  test(`${title} (on the wire)`, (t) =>
    judge(async (connector, options) => {
      const services = createConnectorServices(connector, { ...openOptions, ...options });
      const { transport, lines } = await startTestServer(t, services);
      return {
        connect: (desc) => createClient(desc, transport) as UnaryClient<typeof desc>,
        log: () => JSON.stringify(lines),
      };
    }, t));
}
