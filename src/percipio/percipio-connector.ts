// The Percipio connector: puts its resource types together over one client.

import type { Settings } from '../baton/config/field.ts';
import { httpTimeoutSeconds } from '../baton/config/fields/sync.ts';
import type { Connector } from '../baton/connector.ts';
import type { ConnectorEnvironment } from '../baton/program.ts';
import { ActivityReports } from './activity-reports.ts';
import { createPercipioClient, type PercipioClient } from './api/percipio-client.ts';
import {
  apiTokenField,
  baseUrlField,
  limitedCoursesField,
  organizationIdField,
  regionField,
  reportLookbackField,
  reportTimeoutField,
} from './config.ts';
import { createCourseSyncer } from './courses.ts';
import type { PercipioContext } from './percipio-context.ts';
import { SyncMemory } from './sync-memory.ts';
import { createUserSyncer, readUserIds } from './users.ts';
import { validatePercipio } from './validate.ts';

/** The first wait between two polls of a report. */
const pollDelayMinMs = 1000;

export function createPercipioConnector(settings: Settings, environment: ConnectorEnvironment): Connector {
  const token = settings.get(apiTokenField);
  const organizationId = settings.get(organizationIdField);
  let client: PercipioClient | undefined;
  const percipio: PercipioContext = {
    client: () => {
      client ??= createPercipioClient({
        token,
        organizationId,
        baseUrl: settings.get(baseUrlField),
        region: settings.get(regionField),
        userAgent: environment.userAgent,
        requestTimeoutMs: settings.get(httpTimeoutSeconds) * 1000,
        env: environment.env,
        logger: environment.logger,
      });
      return client;
    },
    memory: new SyncMemory(
      (listed) =>
        new ActivityReports({
          reports: () => percipio.client().reports,
          logger: environment.logger,
          lookbackMs: settings.get(reportLookbackField),
          timeoutMs: settings.get(reportTimeoutField),
          pollDelayMinMs,
          heldIds: async (signal) => ({
            users: await readUserIds(percipio, listed, signal),
            courses: listed.courses.isComplete ? listed.courses.ids : undefined,
          }),
        }),
    ),
    limitedCourses: settings.get(limitedCoursesField),
  };
  return {
    metadata: { displayName: 'Percipio Connector', description: 'Accounts and course progress of Skillsoft Percipio' },
    resourceTypes: [createUserSyncer(percipio), createCourseSyncer(percipio)],
    validate: (context) => validatePercipio({ token, organizationId, client: percipio.client }, context),
    cleanup: async ({ syncId }) => percipio.memory.forget(syncId),
    statistics: () => percipio.client().statistics(),
    close: async () => {
      percipio.memory.close();
      await client?.close();
    },
  };
}
