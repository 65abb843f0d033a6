// Runs the Percipio connector against a simulator in this process, for tests: with its services, and without real waits.
import { type Client, createClient, createRouterTransport } from '@connectrpc/connect';
import { type Logger, pino } from 'pino';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { type Grant, GrantManagerService, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { type Resource, ResourceGetterService, ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import type { Connector } from '../../src/baton/author/connector.ts';
import type { Context } from '../../src/baton/author/context.ts';
import type { Field, Settings } from '../../src/baton/config/field.ts';
import { createSettings } from '../../src/baton/config/resolve-settings.ts';
import { Waits } from '../../src/baton/net/waits.ts';
import { createConnectorServices } from '../../src/baton/services/connector-services.ts';
import type { ServiceEntry } from '../../src/baton/services/service-entry.ts';
import { apiTokenField, baseUrlField, organizationIdField } from '../../src/percipio/config.ts';
import { createPercipioConnector } from '../../src/percipio/connector.ts';
import { type ConnectorTiming, defaultTiming } from '../../src/percipio/timing.ts';
import type { PercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import type { Lifetime } from '../lifetime.ts';

/** Polls and retries after a millisecond or two; a call waits for the report as long as it takes. */
export const quickTiming: ConnectorTiming = {
  ...defaultTiming,
  reportWaitMs: 60_000,
  reportPollMinMs: 1,
  reportPollMaxMs: 2,
  requestRetry: { attemptsMax: 4, delayMinMs: 1, delayMaxMs: 2, retryAfterMaxMs: 120_000 },
  downloadRetry: { attemptsMax: 3, delayMinMs: 1, delayMaxMs: 2 },
};

export const silentLogger: Logger = pino({ level: 'silent' });

export interface StartOptions {
  readonly timing?: Partial<ConnectorTiming>;
  /** By the name of the field, beside the three that lead to the simulator. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly logger?: Logger;
  /** Gets what the connector waits for. */
  readonly waits?: Waits;
  /** Variables for proxies and certificates. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether changes are let in. Grants and revocations that fail for the moment are retried after a millisecond. */
  readonly provisioning?: boolean;
}

export interface StartedConnector {
  readonly connector: Connector;
  readonly services: readonly ServiceEntry[];
  readonly resources: Client<typeof ResourcesService>;
  readonly getter: Client<typeof ResourceGetterService>;
  readonly entitlements: Client<typeof EntitlementsService>;
  readonly grants: Client<typeof GrantsService>;
  readonly grantManager: Client<typeof GrantManagerService>;
  readonly connectorService: Client<typeof ConnectorService>;
}

/** A connector with clients that encode every message both ways, as a wire does. It is closed when the test ends. */
export function startConnector(
  t: Lifetime,
  simulator: Pick<PercipioSimulator, 'url' | 'organizationId' | 'token'>,
  options: StartOptions = {},
): StartedConnector {
  const connector = createPercipioConnector(
    settingsFor(simulator, options.settings),
    {
      logger: options.logger ?? silentLogger,
      waits: options.waits ?? new Waits(),
      userAgent: 'baton-percipio/0.0.0-test',
      env: options.env ?? {},
    },
    { ...quickTiming, ...options.timing },
  );
  t.after(() => connector.close?.());
  const services = createConnectorServices(connector, {
    provisioning: options.provisioning ?? false,
    retries: { attemptsMax: 4, delayMinMs: 1, delayMaxMs: 2 },
    ticketing: false,
  });
  const transport = createRouterTransport((router) => {
    for (const { desc, implementation } of services) {
      router.service(desc, implementation);
    }
  });
  return {
    connector,
    services,
    resources: createClient(ResourcesService, transport),
    getter: createClient(ResourceGetterService, transport),
    entitlements: createClient(EntitlementsService, transport),
    grants: createClient(GrantsService, transport),
    grantManager: createClient(GrantManagerService, transport),
    connectorService: createClient(ConnectorService, transport),
  };
}

/** Settings as flags would give them. */
export function settingsFor(
  { url, organizationId, token }: Pick<PercipioSimulator, 'url' | 'organizationId' | 'token'>,
  others: Readonly<Record<string, unknown>> = {},
): Settings {
  const named = (field: Field<string> | Field<string | undefined>, value: string) => [field.name, value] as const;
  const values = [
    named(baseUrlField, url),
    named(organizationIdField, organizationId),
    named(apiTokenField, token),
    ...Object.entries(others),
  ];
  return createSettings(new Map(values.map(([name, value]) => [name, { value, source: 'flag' }])));
}

/** What a reporter was told. */
export interface Told {
  readonly skipped: Record<string, number>;
  readonly warnings: string[];
  readonly progress: string[];
}

/** A context to call a connector's methods with, and what it is told through it. */
export function createContext(change: Partial<Context> = {}): { readonly context: Context; readonly told: Told } {
  const told: Told = { skipped: {}, warnings: [], progress: [] };
  const context: Context = {
    signal: new AbortController().signal,
    logger: silentLogger,
    syncId: 'sync-1',
    reporter: {
      countSkipped: (reason, count = 1) => {
        told.skipped[reason] = (told.skipped[reason] ?? 0) + count;
      },
      warn: (message) => void told.warnings.push(message),
      progress: ({ work, status }) => void told.progress.push(`${work}: ${status}`),
    },
    ...change,
  };
  return { context, told };
}

interface ListAnswer<Item> {
  readonly list: Item[];
  readonly nextPageToken: string;
}

/** All items of an enumeration, and the pages that they came in. */
export async function readAllPages<Item, Answer extends ListAnswer<Item>>(
  listPage: (pageToken: string) => Promise<Answer & ListAnswer<Item>>,
): Promise<{ readonly items: Item[]; readonly pages: Answer[] }> {
  const pages: Answer[] = [];
  let pageToken = '';
  do {
    const page = await listPage(pageToken);
    pages.push(page);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return { items: pages.flatMap(({ list }) => list), pages };
}

export async function readResources(
  { resources }: StartedConnector,
  resourceTypeId: 'user' | 'course' | 'role' | 'license',
  activeSyncId: string,
): Promise<Resource[]> {
  const { items } = await readAllPages((pageToken) =>
    resources.listResources({ resourceTypeId, pageToken, activeSyncId }),
  );
  return items;
}

export async function readGrants(
  { grants }: StartedConnector,
  resource: Resource,
  activeSyncId: string,
): Promise<Grant[]> {
  const { items } = await readAllPages((pageToken) => grants.listGrants({ resource, pageToken, activeSyncId }));
  return items;
}

/** What a decoded page token holds (page-token.ts). */
export function decodeToken(pageToken: string): unknown {
  return JSON.parse(Buffer.from(pageToken, 'base64url').toString());
}

/** A UUID that ends with a number. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** A row of a report as Percipio sends it, with nothing beside what matters. */
export function row(contentUuid: string, userUuid: string, status: string): Record<string, string> {
  return { contentUuid, userUuid, status };
}

/** A course of the catalog with nothing beside what matters. */
export function courseItem(id: string, title = `Course ${id}`) {
  return {
    id,
    contentType: { percipioType: 'COURSE' },
    localizedMetadata: [{ localeCode: 'en-US', title, description: null }],
    lifecycle: { status: 'ACTIVE' },
  };
}
