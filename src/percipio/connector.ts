// The Percipio connector: its resource types, feeds and actions, over one client.
import { availableParallelism } from 'node:os';
import {
  Code,
  type Connector,
  type ConnectorEnvironment,
  countWorkers,
  httpTimeoutSeconds,
  ServiceError,
  type Settings,
} from 'baton-connector-sdk';
import { baseUrls } from './api/client-options.ts';
import { createPercipioClient, type PercipioClient } from './api/percipio-client.ts';
import {
  activityDetailsField,
  allowPlainHttpField,
  apiTokenField,
  baseUrlField,
  contentTypesField,
  ignoreUnknownAccountFieldsField,
  limitedCoursesField,
  maxResponseMibField,
  organizationIdField,
  regionField,
  reportIdField,
  reportLookbackField,
  reportMappingField,
  reportTimeoutField,
  resetRoleOnDisableField,
  skipComplianceCoursesField,
  skipRetiredCoursesField,
  syncLicensesField,
} from './config.ts';
import { chooseContent } from './content-types.ts';
import type { PercipioContext } from './context.ts';
import { createCourseSyncer, createCourses } from './courses/courses.ts';
import { createCourseActivityFeed } from './events/course-activity.ts';
import { createUserChangesFeed } from './events/user-changes.ts';
import { createLicenseSyncer } from './licenses/licenses.ts';
import { SyncLists } from './memory/sync-lists.ts';
import { SyncMemory, type SyncScope } from './memory/sync-memory.ts';
import { createNaming } from './naming.ts';
import { createActivityReport } from './report/activity-report.ts';
import { createLicenseReport } from './report/license-report.ts';
import { ReusableReport } from './report/reusable-report.ts';
import { SyncReports } from './report/sync-reports.ts';
import { createRoleSyncer } from './roles/roles.ts';
import { type ConnectorTiming, defaultTiming } from './timing.ts';
import { createActions } from './users/user-actions.ts';
import { createUserSyncer } from './users/users.ts';
import { PermissionChecks } from './validation/permission-checks.ts';
import { validatePercipio } from './validation/validate.ts';

/** @param timing - Tests pass shorter waits and another clock. */
export function createPercipioConnector(
  settings: Settings,
  environment: ConnectorEnvironment,
  timing: ConnectorTiming = defaultTiming,
): Connector {
  const token = settings.get(apiTokenField);
  const organizationId = settings.get(organizationIdField);
  let created: PercipioClient | undefined;
  const client = () => {
    created ??= createClient(settings, environment, timing);
    return created;
  };
  const content = chooseContent(settings.get(contentTypesField), {
    skipsCompliance: settings.get(skipComplianceCoursesField),
    skipsRetired: settings.get(skipRetiredCoursesField),
  });
  const syncsLicenses = settings.get(syncLicensesField);
  const reusable = new ReusableReport(settings.get(reportIdField));
  const reporting = {
    reports: () => client().reports,
    logger: environment.logger,
    waits: environment.waits,
    loadsInBackground: !environment.standsStillBetweenCalls,
    timeoutMs: settings.get(reportTimeoutField),
    timing,
  };
  const createScope = (): SyncScope => {
    const lists = new SyncLists({ keepsReportUserIds: syncsLicenses });
    const createReport = () =>
      createActivityReport({
        ...reporting,
        lookbackMs: settings.get(reportLookbackField),
        isMapped: settings.get(reportMappingField),
        hasDetails: settings.get(activityDetailsField),
        contentType: content.reportFilter,
        reusable,
        isListing: () => lists.isListing,
        syncedIds: (signal) => lists.readIds(client().users, signal),
      });
    const createLicenses = () =>
      createLicenseReport({
        ...reporting,
        isListing: () => lists.isListingUsers,
        readLists: async (signal) => ({
          users: await lists.readIdsInReports(client().users, signal),
          collections: await lists.licenses.readIdsByName(client().licenses, signal),
        }),
      });
    return { lists, reports: new SyncReports(createReport), licenseReports: new SyncReports(createLicenses) };
  };
  const percipio: PercipioContext = {
    client,
    memory: new SyncMemory(createScope, timing.now),
    content,
    limitedCourses: settings.get(limitedCoursesField),
    ignoresUnknownAccountFields: settings.get(ignoreUnknownAccountFieldsField),
    resetsRoleOnDisable: settings.get(resetRoleOnDisableField),
    now: timing.now,
    waits: environment.waits,
    reportWaitMs: timing.reportWaitMs,
  };
  const checks = new PermissionChecks({ client, now: timing.now });
  const validated = { token, organizationId, percipio, courses: createCourses(percipio), syncsLicenses, checks };
  return {
    metadata: { displayName: 'Percipio Connector', description: 'Accounts and course progress of Skillsoft Percipio' },
    // Syncers begin with the last one: the listing of users, from which roles are read, comes before roles.
    resourceTypes: [
      createCourseSyncer(percipio),
      ...(syncsLicenses ? [createLicenseSyncer(percipio)] : []),
      createRoleSyncer(percipio),
      createUserSyncer(percipio),
    ],
    eventFeeds: [
      createUserChangesFeed(percipio, timing.now),
      createCourseActivityFeed({ percipio, timing, reportTimeoutMs: settings.get(reportTimeoutField) }),
    ],
    actions: createActions(percipio),
    naming: createNaming(
      percipio,
      `organization ${organizationId} at ${settings.get(baseUrlField) ?? baseUrls[settings.get(regionField)]}`,
    ),
    validate: (context, validation) => validatePercipio(validated, context, validation),
    cleanup: async ({ syncId }) => percipio.memory.forget(syncId),
    statistics: () => client().statistics(),
    adviseAfterFailure: () => reusable.advice,
    supportsDryRun: true,
    close: async () => {
      percipio.memory.close();
      await created?.close();
    },
  };
}

function createClient(
  settings: Settings,
  { userAgent, env, logger, waits, concurrency, dryRun }: ConnectorEnvironment,
  timing: ConnectorTiming,
) {
  try {
    return createPercipioClient({
      token: settings.get(apiTokenField),
      organizationId: settings.get(organizationIdField),
      baseUrl: settings.get(baseUrlField),
      allowsPlainHttp: settings.get(allowPlainHttpField),
      region: settings.get(regionField),
      userAgent,
      requestTimeoutMs: settings.get(httpTimeoutSeconds) * 1000,
      responseBytesMax: settings.get(maxResponseMibField) * 1024 * 1024,
      maxConcurrentRequests: concurrency ?? countWorkers(settings, availableParallelism()),
      retry: timing.requestRetry,
      env,
      logger,
      waits,
      refuseWrite: dryRun && ((request, body) => dryRun.refuse({ request, body })),
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError(Code.InvalidArgument, message, { reason: 'invalid_settings', cause });
  }
}
