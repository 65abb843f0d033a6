// The options of a Percipio simulator, their defaults and constraints.
import { ERROR_FORMS, type ErrorForm } from './http/answer.ts';
import type { ApiFamily } from './http/router.ts';
import {
  REPORT_ID_NAMES,
  REPORT_REQUEST_ANSWERS,
  REPORT_STATUSES,
  type ReportIdName,
  type ReportPolls,
  type ReportRequestAnswers,
  type ReportStatuses,
} from './reports/report-store.ts';
import { CATALOG_LAST, type CatalogLast } from './routes/catalog-content.ts';
import { COMPLIANCE_ANSWERS, type ComplianceAnswers } from './routes/compliance-content.ts';
import { WRITE_ANSWERS, type WriteAnswers } from './routes/users.ts';
import { mintServiceToken } from './service-token.ts';
import { BATCH_FORMS, type BatchForm } from './users/batch-requests.ts';

/** The default organization id. */
export const SIMULATED_ORGANIZATION_ID = '5b1c9d52-8f0e-4c8b-9a55-0c6f5e3a7d10';

/** Above this, the products of positions and steps in `planActivity` would not be exact. */
const ACTIVITY_ROWS_MAX = 80_000_000;

export interface PercipioSimulatorOptions {
  /** Seed of the generated data: the same seed and sizes give the same bytes. Default 1. */
  readonly seed?: number;
  /** Users in the list. One in 20 is inactive; see `userAt` for other special cases. Default 200. */
  readonly users?: number;
  /**
   * Items in the catalog. Of each 50, 31 are COURSE, 4 ASSESSMENT, 6 VIDEO, 4 BOOK, 2 CHANNEL, and one each JOURNEY,
   * LINKED_CONTENT and AUDIOBOOK. One item in 20, and one assessment in 8, is INACTIVE. See `catalogItemAt` for more.
   * Default 100.
   */
  readonly courses?: number;
  /** Live courses (SCHEDULED_CONTENT) in the catalog, in addition to `courses`. Default 0. */
  readonly liveCourses?: number;
  /** Items in the listing of compliance courses. A third of them are also in the catalog. Default 0. */
  readonly complianceCourses?: number;
  /** The status of the listing of compliance courses. Default 200. */
  readonly complianceAnswers?: ComplianceAnswers;
  /**
   * Rows of learning activity on courses and assessments; one eighth as many are on other content, and one tenth as many
   * on live courses and compliance courses that are not in the catalog. All fall in the four years before 2025. See
   * `planActivity` for their distribution. Default 5,000.
   */
  readonly activityRows?: number;
  /**
   * Whether generated users and courses have values in undocumented forms, lists have null entries, and reports have odd
   * rows; see the files in `odd/`. Default false.
   */
  readonly oddValues?: boolean;
  /** Default: SIMULATED_ORGANIZATION_ID. */
  readonly organizationId?: string;
  /** The only bearer token that is accepted; a JWT only until its `exp`. Default: one that expires in 2100. */
  readonly token?: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** What the first polls of a report return. Default: 1 PENDING, 1 IN_PROGRESS, nothing else. */
  readonly reportPolls?: Partial<ReportPolls>;
  /** How the statuses of reports are spelled. Default: REPORT_STATUSES. */
  readonly reportStatuses?: Partial<ReportStatuses>;
  /** The name of the id in polls of unfinished reports. Default `id`. */
  readonly reportIdName?: ReportIdName;
  /** The status of the response to a report request. Default 200. */
  readonly reportRequestAnswers?: ReportRequestAnswers;
  /** The minimum time that a report is IN_PROGRESS, in ms of `now`. Default 0. */
  readonly reportDelayMs?: number;
  /** After how many ms of `now` a report expires (404). Default: one day. */
  readonly reportExpiryMs?: number;
  /** Every report ends as FAILED. Default false. */
  readonly reportFails?: boolean;
  /** A file to send as the body of every learning-activity report, whatever was requested: for benchmarks. */
  readonly reportFile?: string;
  /** Whether to compress responses for clients that accept gzip, br, zstd or deflate. Default true. */
  readonly gzip?: boolean;
  /** How the catalog indicates its last page: in `link`, in `x-total-count`, in both, or not at all. Default `link`. */
  readonly catalogLast?: CatalogLast;
  /** The response to a successful user write: the user (200, 201), or nothing (204, 201). Default `user`. */
  readonly writeAnswers?: WriteAnswers;
  /** Whether license pools include seats and dates; see `commonRoutes`. Default false. */
  readonly hasLicenseSeats?: boolean;
  /** The form of error bodies. Default `message`. */
  readonly errorForm?: ErrorForm;
  /** Names of custom attributes that new users must have (otherwise 422). Default: none. */
  readonly requiredAttributes?: readonly string[];
  /** Whether to reject (409) a write that sets the e-mail address of another user. Default true. */
  readonly uniqueEmails?: boolean;
  /** How many reads of a user after each write still return the old state; the list is up to date. Default 0. */
  readonly staleReads?: number;
  /** How many polls of a batch of users return IN_PROGRESS. Default 1. */
  readonly batchPolls?: number;
  /** After how many ms of `now` a batch of users is processed, at the next request for users. Default 0. */
  readonly batchDelayMs?: number;
  /** What the poll of a finished batch of users returns. Default `object`. */
  readonly batchForm?: BatchForm;
  /** API families that return 403, as for a service account without their permission. Default: none. */
  readonly forbidden?: Iterable<ApiFamily>;
  /** The minimum number of requests in the log, which drops older ones at twice as many. Default 10,000. */
  readonly requestsMax?: number;
  /** The clock, in ms since 1970: for token expiry, time frames and the life of reports. Default: Date.now. */
  readonly now?: () => number;
}

export type CompleteSimulatorOptions = Required<
  Omit<PercipioSimulatorOptions, 'reportFile' | 'reportPolls' | 'reportStatuses'>
> & {
  readonly reportFile: string | undefined;
  readonly reportPolls: ReportPolls;
  readonly reportStatuses: ReportStatuses;
};

const WHOLE_NUMBERS = [
  'seed',
  'users',
  'courses',
  'liveCourses',
  'complianceCourses',
  'activityRows',
  'reportDelayMs',
  'reportExpiryMs',
  'staleReads',
  'batchPolls',
  'batchDelayMs',
] as const;

const CHOICES = [
  ['complianceAnswers', COMPLIANCE_ANSWERS],
  ['catalogLast', CATALOG_LAST],
  ['writeAnswers', WRITE_ANSWERS],
  ['errorForm', ERROR_FORMS],
  ['batchForm', BATCH_FORMS],
  ['reportIdName', REPORT_ID_NAMES],
  ['reportRequestAnswers', REPORT_REQUEST_ANSWERS],
] as const;

/** Fills in the defaults. Throws a RangeError that names the first invalid option. */
export function completeOptions(options: PercipioSimulatorOptions): CompleteSimulatorOptions {
  const organizationId = options.organizationId ?? SIMULATED_ORGANIZATION_ID;
  const complete: CompleteSimulatorOptions = {
    seed: options.seed ?? 1,
    users: options.users ?? 200,
    courses: options.courses ?? 100,
    liveCourses: options.liveCourses ?? 0,
    complianceCourses: options.complianceCourses ?? 0,
    complianceAnswers: options.complianceAnswers ?? 200,
    activityRows: options.activityRows ?? 5000,
    oddValues: options.oddValues ?? false,
    organizationId,
    token: options.token ?? mintServiceToken({ organizationId }),
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    reportPolls: { pending: 1, inProgress: 1, unknown: 0, empty: 0, completed: 0, ...options.reportPolls },
    reportStatuses: { ...REPORT_STATUSES, ...options.reportStatuses },
    reportIdName: options.reportIdName ?? 'id',
    reportRequestAnswers: options.reportRequestAnswers ?? 200,
    reportDelayMs: options.reportDelayMs ?? 0,
    reportExpiryMs: options.reportExpiryMs ?? 86_400_000,
    reportFails: options.reportFails ?? false,
    reportFile: options.reportFile,
    gzip: options.gzip ?? true,
    catalogLast: options.catalogLast ?? 'link',
    writeAnswers: options.writeAnswers ?? 'user',
    hasLicenseSeats: options.hasLicenseSeats ?? false,
    errorForm: options.errorForm ?? 'message',
    requiredAttributes: options.requiredAttributes ?? [],
    uniqueEmails: options.uniqueEmails ?? true,
    staleReads: options.staleReads ?? 0,
    batchPolls: options.batchPolls ?? 1,
    batchDelayMs: options.batchDelayMs ?? 0,
    batchForm: options.batchForm ?? 'object',
    forbidden: options.forbidden ?? [],
    requestsMax: options.requestsMax ?? 10_000,
    now: options.now ?? Date.now,
  };
  for (const name of WHOLE_NUMBERS) {
    if (!Number.isSafeInteger(complete[name]) || complete[name] < 0) {
      throw new RangeError(`the simulator's ${name} must be a non-negative integer, not ${complete[name]}`);
    }
  }
  if (complete.activityRows > ACTIVITY_ROWS_MAX) {
    throw new RangeError(
      `the simulator's activityRows must be at most ${ACTIVITY_ROWS_MAX}, not ${complete.activityRows}`,
    );
  }
  for (const [name, values] of CHOICES) {
    if (!(values as readonly unknown[]).includes(complete[name])) {
      throw new RangeError(`the simulator's ${name} must be one of ${values.join(', ')}, not ${complete[name]}`);
    }
  }
  return complete;
}
