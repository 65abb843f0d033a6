// A simulated Percipio for tests, benchmarks and demos: a real HTTP server with a generated organization.
import { stat } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { planActivity } from './activity/activity-plan.ts';
import { activityRows } from './activity/activity-rows.ts';
import { AddedActivities, type AddedActivity, type AddedRow } from './activity/added-activity.ts';
import { createRowFragments } from './activity/row-fragments.ts';
import { Faults } from './http/faults.ts';
import { RequestLog } from './http/request-log.ts';
import type { ApiFamily, RouteRequest } from './http/router.ts';
import { createApiServer } from './http/server.ts';
import { addOddContents } from './odd/odd-contents.ts';
import { createOddRows } from './odd/odd-rows.ts';
import { addOddUsers } from './odd/odd-users.ts';
import { type ListEntries, type OddValue, withNullEntries } from './odd/odd-value.ts';
import type { CatalogItem, SimulatedData } from './organization/api-objects.ts';
import { createCommonData } from './organization/common-data.ts';
import { createOrganization } from './organization/organization.ts';
import { filePieces } from './reports/file-pieces.ts';
import type { ReportRequest } from './reports/report-delivery.ts';
import { type ReportBody, ReportStore } from './reports/report-store.ts';
import { batchUserRoutes } from './routes/batch-users.ts';
import { catalogContentRoutes } from './routes/catalog-content.ts';
import { commonRoutes } from './routes/common.ts';
import { complianceContentRoutes } from './routes/compliance-content.ts';
import { reportRequestRoutes } from './routes/report-requests.ts';
import { searchContentRoutes } from './routes/search-content.ts';
import { userRoutes } from './routes/users.ts';
import { completeOptions, type PercipioSimulatorOptions } from './simulator-options.ts';
import { type Truth, tellTruth } from './truth.ts';
import { BatchRequests } from './users/batch-requests.ts';
import { UserStore } from './users/user-store.ts';

/** A running simulator. */
export interface PercipioSimulator extends AsyncDisposable {
  /** `http://host:port`, without a trailing slash. */
  readonly url: string;
  readonly organizationId: string;
  readonly token: string;
  /** The data that the API serves. Tests and writes may edit it at any time. Generated report rows do not change. */
  readonly data: SimulatedData;
  readonly truth: Truth;
  /** The odd values of users and courses: none without the option `oddValues`. */
  readonly oddValues: readonly OddValue[];
  readonly requests: RequestLog;
  readonly faults: Faults;
  /** The families that return 403. May be changed at any time. */
  readonly forbidden: Set<ApiFamily>;
  /**
   * Sets the body of a report by its id, or of the next report ('next'; several calls queue up). Each piece is sent as
   * an HTTP chunk of its own. Throws a RangeError for an unknown id.
   */
  setReport(reportId: string, body: ReportBody): void;
  /**
   * Makes a report (by id, or 'next') end with a final status other than success. Default `FAILED`. `details` are more
   * fields of that response, such as a reason. Which fields the real API sends is unknown.
   */
  failReport(reportId: string, status?: string, details?: Readonly<Record<string, unknown>>): void;
  /** Makes a report expire: 404 from now on. */
  expireReport(reportId: string): void;
  /** The accepted report requests, oldest first. With `isFileRequiredInSftp`, the real API also puts a file on SFTP. */
  readonly reportRequests: readonly ReportRequest[];
  /** Adds a row to the learning-activity reports that are requested from now on. `truth` does not include it. */
  addActivity(activity: AddedActivity): AddedRow;
  /** The password that a write set for a user; undefined if none did. */
  passwordOf(userId: string): string | undefined;
  /** Whether Percipio would accept a login name or e-mail address with this password: the user must be active. */
  canSignIn(name: string, password: string): boolean;
  /** Whether a batch requires a user to set a new password at the next login. */
  mustResetPassword(userId: string): boolean;
  /** The id of a user for each welcome e-mail that was sent. */
  readonly welcomeEmails: readonly string[];
  /** The language of a user's welcome e-mail; undefined if none was sent or the write did not set it. */
  welcomeLanguageOf(userId: string): string | undefined;
  /** Closes all connections, and resolves when the port is free. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a simulator and resolves when it listens. Rejects if an option is invalid, or if the report file or the port
 * cannot be opened. Users and catalog items are generated at the start (100,000 users and 20,000 items: about 200 MB);
 * report rows are generated while they are sent.
 */
export async function startPercipioSimulator(options: PercipioSimulatorOptions = {}): Promise<PercipioSimulator> {
  const complete = completeOptions(options);
  const { users, organizationId, token, reportFile, now } = complete;
  if (reportFile !== undefined) {
    await stat(reportFile);
  }
  const organization = createOrganization(complete);
  const items = new Map(
    [...organization.catalog, ...organization.compliance].map((index) => [index, organization.catalogItemAt(index)]),
  );
  const itemsAt = (indexes: readonly number[]): CatalogItem[] => indexes.flatMap((index) => items.get(index) ?? []);
  const data: SimulatedData = {
    users: Array.from({ length: users }, (_, index) => organization.userAt(index)),
    courses: itemsAt(organization.catalog),
    complianceCourses: itemsAt(organization.compliance),
  };
  const oddValues = complete.oddValues
    ? [...addOddUsers(data.users, complete.seed), ...addOddContents([...items.values()], complete.seed)]
    : [];
  const oddRows = complete.oddValues ? createOddRows(organization) : [];
  const listed: ListEntries = complete.oddValues ? withNullEntries : (entries) => entries;
  const userStore = new UserStore(data, {
    definitions: organization.customAttributes.definitions,
    requiredAttributes: complete.requiredAttributes,
    uniqueEmails: complete.uniqueEmails,
    staleReads: complete.staleReads,
    idAt: (index) => organization.idAt(0x4e05, index),
    now,
  });
  const batches = new BatchRequests(userStore, {
    polls: complete.batchPolls,
    delayMs: complete.batchDelayMs,
    form: complete.batchForm,
    idAt: (index) => organization.idAt(0xba7c, index),
    now,
  });
  const plan = planActivity(organization, complete.activityRows);
  const addedActivities = new AddedActivities(data, now, oddRows);
  const source = { organization, plan, fragments: createRowFragments(organization) };
  const reportRequests: ReportRequest[] = [];
  const store = new ReportStore({
    polls: complete.reportPolls,
    statuses: complete.reportStatuses,
    idName: complete.reportIdName,
    requestAnswers: complete.reportRequestAnswers,
    delayMs: complete.reportDelayMs,
    expiryMs: complete.reportExpiryMs,
    fails: complete.reportFails,
    idAt: (index) => organization.idAt(0x4e90, index),
    now,
  });
  const forbidden = new Set(complete.forbidden);
  const faults = new Faults(complete.seed);
  const requests = new RequestLog(complete.requestsMax);
  const api = createApiServer({
    routes: [
      ...userRoutes(data, userStore, { writeAnswers: complete.writeAnswers, listed }).map((route) => ({
        ...route,
        handle: (request: RouteRequest) => {
          batches.settle();
          return route.handle(request);
        },
      })),
      ...batchUserRoutes(batches),
      ...catalogContentRoutes(data, {
        listed,
        catalogLast: complete.catalogLast,
        idAt: (index) => organization.idAt(0xca7a, index),
      }),
      ...complianceContentRoutes(data, { complianceAnswers: complete.complianceAnswers, listed }),
      ...searchContentRoutes(data, listed),
      ...reportRequestRoutes({
        data,
        store,
        requests: reportRequests,
        makeActivityReport: (filter) => {
          if (reportFile !== undefined) {
            return () => filePieces(reportFile);
          }
          const added = addedActivities.select(filter);
          return () => activityRows(source, filter, added);
        },
        now,
      }),
      ...commonRoutes({
        data,
        common: createCommonData(organization),
        hasLicenseSeats: complete.hasLicenseSeats,
        listed,
      }),
    ],
    access: { token, organizationId, forbidden, now },
    faults,
    requests,
    compresses: complete.gzip,
    errorForm: complete.errorForm,
  });
  await listen(api.server, complete.port, complete.host);
  const { port } = api.server.address() as AddressInfo;

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= api.close();
    return closed;
  };
  return {
    url: `http://${complete.host.includes(':') ? `[${complete.host}]` : complete.host}:${port}`,
    organizationId,
    token,
    data,
    truth: tellTruth({ organization, plan, data, oddRows, now }),
    oddValues,
    requests,
    faults,
    forbidden,
    setReport: (reportId, body) => store.setBody(reportId, body),
    failReport: (reportId, status, details) => store.fail(reportId, status, details),
    expireReport: (reportId) => store.expire(reportId),
    reportRequests,
    addActivity: (activity) => addedActivities.add(activity),
    passwordOf: (userId) => userStore.passwordOf(userId),
    canSignIn: (name, password) => userStore.canSignIn(name, password),
    mustResetPassword: (userId) => userStore.mustResetPassword(userId),
    welcomeEmails: userStore.welcomeEmails,
    welcomeLanguageOf: (userId) => userStore.welcomeLanguageOf(userId),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
