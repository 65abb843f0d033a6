// The options of a Percipio simulator, their defaults, and what they must be.
import type { ApiFamily } from './http/router.ts';
import type { ReportPolls } from './reports/report-store.ts';
import { CATALOG_LAST, type CatalogLast } from './routes/catalog-content.ts';
import { WRITE_ANSWERS, type WriteAnswers } from './routes/users.ts';
import { mintServiceToken } from './service-token.ts';

/** The organization of a simulator that isn't told another one. */
export const SIMULATED_ORGANIZATION_ID = '5b1c9d52-8f0e-4c8b-9a55-0c6f5e3a7d10';

/** Beyond this, the products of positions and steps in `planActivity` would not be exact. */
const ACTIVITY_ROWS_MAX = 80_000_000;

export interface PercipioSimulatorOptions {
  /** What the data is generated from: the same seed and sizes give the same bytes. Default 1. */
  readonly seed?: number;
  /** Users in the list. One in 20 is inactive; see `userAt` for what else is odd about some. Default 200. */
  readonly users?: number;
  /**
   * Items in the catalog. Of each 50 there are 31 COURSE, 4 ASSESSMENT, 6 VIDEO, 4 BOOK, 2 CHANNEL, and one each of
   * JOURNEY, LINKED_CONTENT and AUDIOBOOK; one in 20 of all, and one in 8 of the assessments, is INACTIVE. See
   * `catalogItemAt` for the rest. Default 100.
   */
  readonly courses?: number;
  /**
   * Rows of learning activity on courses and assessments; one in eight more is on other contents. All of them lie in the
   * four years before 2025. See `planActivity` for how they are spread. Default 5,000.
   */
  readonly activityRows?: number;
  /** Default: SIMULATED_ORGANIZATION_ID. */
  readonly organizationId?: string;
  /** The one bearer token that is accepted. If it is a JWT, then until its `exp`. Default: one that ends in 2100. */
  readonly token?: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** How many polls answer what before a report is ready. Default: 1 PENDING, 1 IN_PROGRESS, no empty body. */
  readonly reportPolls?: Partial<ReportPolls>;
  /** How long a report is IN_PROGRESS at least, in ms of `now`. Default 0. */
  readonly reportDelayMs?: number;
  /** After how many ms of `now` a report is forgotten (404). Default: a day. */
  readonly reportExpiryMs?: number;
  /** Every report ends as FAILED. Default false. */
  readonly reportFails?: boolean;
  /** A file that is sent as the body of every learning-activity report, whatever was asked for: for benchmarks. */
  readonly reportFile?: string;
  /** Whether answers are compressed for clients that accept gzip, br, zstd or deflate. Default true. */
  readonly gzip?: boolean;
  /** How the catalog tells where its last page is: header `link`, header `x-total-count`, both, or neither. Default `link`. */
  readonly catalogLast?: CatalogLast;
  /** What a write of a user that succeeds is answered with: the user (200, 201), or nothing (204, 201). Default `user`. */
  readonly writeAnswers?: WriteAnswers;
  /** Whether a write is refused (409) that gives a user the e-mail address of another one. Default true. */
  readonly uniqueEmails?: boolean;
  /** How many reads of one user after each write still show the user as before it; the list shows it at once. Default 0. */
  readonly staleReads?: number;
  /** API families that answer 403, as they do for a service account without their permission. Default none. */
  readonly forbidden?: Iterable<ApiFamily>;
  /** How many requests the log keeps at least; it forgets older ones beyond twice as many. Default 10,000. */
  readonly requestsMax?: number;
  /** The clock, in ms since 1970: for the token's end, time frames and the life of reports. Default: Date.now. */
  readonly now?: () => number;
}

export type CompleteSimulatorOptions = Required<Omit<PercipioSimulatorOptions, 'reportFile' | 'reportPolls'>> & {
  readonly reportFile: string | undefined;
  readonly reportPolls: ReportPolls;
};

const WHOLE_NUMBERS = [
  'seed',
  'users',
  'courses',
  'activityRows',
  'reportDelayMs',
  'reportExpiryMs',
  'staleReads',
] as const;

/** Fills in the defaults. Throws a RangeError naming the first option that can't be. */
export function completeOptions(options: PercipioSimulatorOptions): CompleteSimulatorOptions {
  const organizationId = options.organizationId ?? SIMULATED_ORGANIZATION_ID;
  const complete: CompleteSimulatorOptions = {
    seed: options.seed ?? 1,
    users: options.users ?? 200,
    courses: options.courses ?? 100,
    activityRows: options.activityRows ?? 5000,
    organizationId,
    token: options.token ?? mintServiceToken({ organizationId }),
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    reportPolls: { pending: 1, inProgress: 1, empty: 0, ...options.reportPolls },
    reportDelayMs: options.reportDelayMs ?? 0,
    reportExpiryMs: options.reportExpiryMs ?? 86_400_000,
    reportFails: options.reportFails ?? false,
    reportFile: options.reportFile,
    gzip: options.gzip ?? true,
    catalogLast: options.catalogLast ?? 'link',
    writeAnswers: options.writeAnswers ?? 'user',
    uniqueEmails: options.uniqueEmails ?? true,
    staleReads: options.staleReads ?? 0,
    forbidden: options.forbidden ?? [],
    requestsMax: options.requestsMax ?? 10_000,
    now: options.now ?? Date.now,
  };
  for (const name of WHOLE_NUMBERS) {
    if (!Number.isSafeInteger(complete[name]) || complete[name] < 0) {
      throw new RangeError(`the simulator's ${name} must be a whole number from 0, and is ${complete[name]}`);
    }
  }
  if (complete.activityRows > ACTIVITY_ROWS_MAX) {
    throw new RangeError(`the simulator's activityRows must be ${ACTIVITY_ROWS_MAX} at most: ${complete.activityRows}`);
  }
  if (!CATALOG_LAST.includes(complete.catalogLast)) {
    throw new RangeError(
      `the simulator's catalogLast must be one of ${CATALOG_LAST.join(', ')}: ${complete.catalogLast}`,
    );
  }
  if (!WRITE_ANSWERS.includes(complete.writeAnswers)) {
    throw new RangeError(
      `the simulator's writeAnswers must be one of ${WRITE_ANSWERS.join(', ')}: ${complete.writeAnswers}`,
    );
  }
  return complete;
}
