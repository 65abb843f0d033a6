// The client for the Percipio API: its families, over one set of connections.
import { completeOptions, type PercipioClientOptions } from './client-options.ts';
import { ContentApi } from './content.ts';
import { CustomAttributesApi } from './custom-attributes.ts';
import { createDispatcher } from './dispatcher.ts';
import { HttpClient } from './http-client.ts';
import { Probes } from './probes.ts';
import { ReportsApi } from './reports.ts';
import type { ClientStatistics } from './statistics.ts';
import { UsersApi } from './users.ts';

/** Every call takes a signal that ends it, with its connection, and fails with a PercipioError. */
export interface PercipioClient {
  readonly users: UsersApi;
  readonly customAttributes: CustomAttributesApi;
  readonly content: ContentApi;
  readonly reports: ReportsApi;
  readonly probes: Probes;
  /** What was done up to now. */
  statistics(): ClientStatistics;
  /** Ends all connections, and the calls that are under way. */
  close(): Promise<void>;
}

/**
 * Makes a client. It connects with its first call.
 * @throws Error when an option, or a variable of the environment for proxies or certificates, cannot be used.
 */
export function createPercipioClient(options: PercipioClientOptions): PercipioClient {
  const complete = completeOptions(options);
  const http = new HttpClient(complete, createDispatcher(complete));
  const { organizationId } = complete;
  return {
    users: new UsersApi(http, organizationId),
    customAttributes: new CustomAttributesApi(http, organizationId),
    content: new ContentApi(http, organizationId),
    reports: new ReportsApi(http, organizationId),
    probes: new Probes(http, organizationId),
    statistics: () => http.statistics.read(),
    close: () => http.close(),
  };
}
