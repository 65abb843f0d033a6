// The client for the Percipio API: its families, over one set of connections.
import { createHttpSender, findRoute } from 'baton-connector-sdk/http';
import { completeOptions, type PercipioClientOptions } from './client-options.ts';
import { ContentApi } from './content.ts';
import { CustomAttributesApi } from './custom-attributes.ts';
import { HttpClient } from './http-client.ts';
import { LicensesApi } from './licenses.ts';
import { Probes } from './probes.ts';
import { Senders } from './redirects.ts';
import { ReportsApi } from './reports.ts';
import type { ClientStatistics } from './statistics.ts';
import { UsersApi } from './users.ts';

/** How long to wait for a connection. Less than for a request, to distinguish an unreachable host from a slow one. */
const connectTimeoutMaxMs = 10_000;

/** Connections for reports, besides those for everything else. A sync reads one report, an event feed another one. */
const reportConnections = 4;

/** Every call takes a signal that ends it, with its connection, and fails with a PercipioError. */
export interface PercipioClient {
  readonly users: UsersApi;
  readonly customAttributes: CustomAttributesApi;
  readonly content: ContentApi;
  readonly licenses: LicensesApi;
  readonly reports: ReportsApi;
  readonly probes: Probes;
  /** What was done so far. */
  statistics(): ClientStatistics;
  /** Ends all connections and calls. */
  close(): Promise<void>;
}

/**
 * Makes a client. Its first call connects.
 * @throws Error for an unusable option, or an unusable environment variable for proxies or certificates.
 */
export function createPercipioClient(options: PercipioClientOptions): PercipioClient {
  const complete = completeOptions(options);
  const createSender = (url: URL) =>
    createHttpSender(findRoute(url, complete.env), {
      connectionsMax: complete.maxConcurrentRequests + reportConnections,
      connectTimeoutMs: Math.min(connectTimeoutMaxMs, complete.requestTimeoutMs),
    });
  const http = new HttpClient(complete, new Senders(createSender, complete.baseUrl));
  const { organizationId } = complete;
  return {
    users: new UsersApi(http, organizationId),
    customAttributes: new CustomAttributesApi(http, organizationId),
    content: new ContentApi(http, organizationId),
    licenses: new LicensesApi(http, organizationId),
    reports: new ReportsApi(http, organizationId),
    probes: new Probes(http, organizationId),
    statistics: () => http.statistics.read(),
    close: () => http.close(),
  };
}
