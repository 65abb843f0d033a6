// What a correct connector must find in a simulated organization, computed from the data and the planned rows without
// sharing any code with the connector.
import { type ActivityPlan, createActivityRow, ROW_STATUSES } from './activity/activity-plan.ts';
import type { OddRow } from './odd/odd-rows.ts';
import type { CatalogItem, SimulatedData } from './organization/api-objects.ts';
import { contentIdAt } from './organization/catalog-item-at.ts';
import { CONTENT_KINDS } from './organization/content-kinds.ts';
import type { Organization } from './organization/organization.ts';
import { userIdAt } from './organization/user-at.ts';
import { consumedLicenses, userIdInRow } from './reports/entitlement-report.ts';

/** Which part of the truth to compute. */
export interface TruthScope {
  /** Rows whose last access falls in this period, both ends included. Default: all. */
  readonly start?: Date;
  readonly end?: Date;
  /** The only courses to sync. Default: all. */
  readonly courseIds?: Iterable<string>;
  /** Types of content to sync as courses, as the catalog calls them. Default: COURSE and ASSESSMENT. */
  readonly contentTypes?: readonly string[];
  /** Whether items of the compliance listing are courses, whatever their type. Default true. */
  readonly hasCompliance?: boolean;
  /** Whether to exclude courses that are RETIRED or whose `retiredDate` has passed. Default false. */
  readonly excludesRetired?: boolean;
  /** The only resource type for entitlements and grants. Default: both. Counts always cover both. */
  readonly type?: 'course' | 'role';
}

/** Row counts are of a report on the content types of the scope. */
export interface TruthCounts {
  readonly users: number;
  readonly courses: number;
  readonly roles: number;
  readonly entitlements: number;
  readonly grants: number;
  readonly completedGrants: number;
  readonly inProgressGrants: number;
  /** Users who have a role. */
  readonly roleGrants: number;
  readonly rows: number;
  /** Rows that repeat a user and course for which another row has already given a grant. */
  readonly repeatedRows: number;
  /** Each row without a grant is counted once, under the first of these reasons. */
  readonly rowsLeftOut: {
    /** Statuses that are neither completed nor in progress, in upper case. */
    readonly byStatus: Readonly<Record<string, number>>;
    /** The content is in no listing. */
    readonly unknownCourse: number;
    /** The content is in a listing, but is INACTIVE, of another type, or out of scope. */
    readonly unsyncedCourse: number;
    /** The user is not in the list of users. */
    readonly unknownUser: number;
    /** The row lacks a content, user or status, or is not an object. Only with the option `oddValues`. */
    readonly unreadable?: number;
  };
}

/**
 * The truth about `data` as of the time of the call, and about the generated rows. Reports that `setReport` or the
 * option `reportFile` replace are not included. Sets are recomputed on each call; computing grants takes about 8 bytes
 * per row.
 */
export interface Truth {
  userIds(): Set<string>;
  /** Courses and assessments of the catalog and compliance courses, unless they are INACTIVE (in any case). */
  courseIds(scope?: TruthScope): Set<string>;
  /** The roles that Percipio documents, and others that users have, trimmed. Roles that are not strings are ignored. */
  roleIds(): Set<string>;
  /** `course:<uuid>:completed` and `course:<uuid>:in_progress` of each course, `role:<role>:assigned` of each role. */
  entitlementIds(scope?: TruthScope): Generator<string>;
  /**
   * `course:<uuid>:<completed|in_progress>:user:<uuid>`, one per course and user; completed wins. And
   * `role:<role>:assigned:user:<uuid>` for each user with a role.
   */
  grantIds(scope?: TruthScope): Generator<string>;
  /** The rows of the entitlements report that have a user id. */
  consumedLicenses(): { readonly collection: string; readonly userId: string; readonly consumed: string }[];
  counts(scope?: TruthScope): TruthCounts;
  /** The counts, for all rows. */
  toJSON(): TruthCounts;
}

const CONTENT_TYPES: readonly string[] = ['COURSE', 'ASSESSMENT'];
const COMPLETED_STATUSES = ['COMPLETED', 'ACHIEVED'];
const IN_PROGRESS_STATUSES = ['STARTED', 'ACTIVE'];
const ROLES = ['LEARNER', 'ADMIN', 'CONTENT_CURATOR', 'CONTENT_COORDINATOR', 'LEARNING_ADMIN', 'MANAGER'];

/** How a sync treats the content of a row. */
const UNKNOWN = 0;
const UNSYNCED = 1;
const SYNCED = 2;

/** What the truth is computed from. */
interface TruthSources {
  readonly organization: Organization;
  readonly plan: ActivityPlan;
  readonly data: SimulatedData;
  readonly oddRows: readonly OddRow[];
  readonly now: () => number;
}

export function tellTruth({ organization, plan, data, oddRows, now }: TruthSources): Truth {
  const listed = (scope: TruthScope): CatalogItem[] =>
    scope.hasCompliance === false ? data.courses : [...data.courses, ...data.complianceCourses];
  const courseIds = (scope: TruthScope = {}): Set<string> => {
    const { contentTypes = CONTENT_TYPES, excludesRetired = false } = scope;
    const wanted = scope.courseIds && new Set(scope.courseIds);
    const compliance = new Set(scope.hasCompliance === false ? [] : data.complianceCourses.map(({ id }) => id));
    const isSynced = (item: CatalogItem): boolean =>
      (compliance.has(item.id) || contentTypes.includes(item.contentType?.percipioType ?? '')) &&
      !isInactive(item) &&
      !(excludesRetired && isRetired(item, now())) &&
      wanted?.has(item.id) !== false;
    return new Set(
      listed(scope)
        .filter(isSynced)
        .map(({ id }) => id),
    );
  };
  const userIds = (): Set<string> => new Set(data.users.map(({ id }) => id));
  const assignedRoles = () =>
    data.users.flatMap(({ id, role }) => {
      const name = typeof role === 'string' ? role.trim() : '';
      return name === '' ? [] : [{ id, role: name }];
    });
  const roleIds = () => new Set([...ROLES, ...assignedRoles().map(({ role }) => role)]);

  const recount = (scope: TruthScope = {}): Recount => {
    const { seed } = organization;
    const users = userIds();
    const courses = courseIds(scope);
    const inListing = new Set(listed(scope).map(({ id }) => id));
    const { contentTypes = CONTENT_TYPES } = scope;
    const isReported = CONTENT_KINDS.map(({ percipioType }) => contentTypes.includes(percipioType));
    const isUser = Uint8Array.from({ length: organization.usersEver }, (_, user) =>
      users.has(userIdAt(seed, user)) ? 1 : 0,
    );
    const contentState = Uint8Array.from({ length: organization.contentsEver }, (_, content) => {
      const id = contentIdAt(seed, content);
      return courses.has(id) ? SYNCED : inListing.has(id) ? UNSYNCED : UNKNOWN;
    });

    const byStatus: Record<string, number> = {};
    let [rows, unknownCourse, unsyncedCourse, unknownUser, granting] = [0, 0, 0, 0, 0];
    const [startMs, endMs] = [scope.start?.getTime() ?? -Infinity, scope.end?.getTime() ?? Infinity];
    const range = plan.inPeriod(startMs, endMs);
    const odd = oddRows.filter(({ lastAccessMs }) => lastAccessMs >= startMs && lastAccessMs <= endMs);
    const packed = new Float64Array(range.end - range.first + odd.length);
    const take = (content: number, user: number, anyStatus: string): void => {
      const status = anyStatus.toUpperCase();
      const isCompleted = COMPLETED_STATUSES.includes(status);
      if (!isCompleted && !IN_PROGRESS_STATUSES.includes(status)) {
        byStatus[status] = (byStatus[status] ?? 0) + 1;
      } else if (contentState[content] === UNKNOWN) {
        unknownCourse += 1;
      } else if (contentState[content] === UNSYNCED) {
        unsyncedCourse += 1;
      } else if (isUser[user] === 0) {
        unknownUser += 1;
      } else {
        // Completed sorts before in progress, so the first entry of a course and user wins.
        packed[granting] = (content * organization.usersEver + user) * 2 + (isCompleted ? 0 : 1);
        granting += 1;
      }
    };
    const row = createActivityRow();
    for (let position = range.first; position < range.end; position += 1) {
      plan.read(position, row);
      if (isReported[organization.contentKindAt(row.content)] !== true) continue;
      rows += 1;
      take(row.content, row.user, ROW_STATUSES[row.status] ?? '');
    }
    for (const { says } of odd) {
      rows += 1;
      if (says !== undefined) take(says.content, says.user, says.status);
    }
    const unreadable = odd.filter(({ says }) => says === undefined).length;
    const left = {
      byStatus,
      unknownCourse,
      unsyncedCourse,
      unknownUser,
      ...(oddRows.length > 0 && { unreadable }),
    };
    return {
      users: users.size,
      courses: courses.size,
      rows,
      granting: packed.subarray(0, granting).sort(),
      rowsLeftOut: left,
    };
  };

  const counts = (scope?: TruthScope): TruthCounts => {
    const { users, courses, rows, granting, rowsLeftOut } = recount(scope);
    let [courseGrants, completedGrants] = [0, 0];
    for (const packed of winners(granting)) {
      courseGrants += 1;
      completedGrants += packed % 2 === 0 ? 1 : 0;
    }
    const roles = roleIds().size;
    const roleGrants = assignedRoles().length;
    return {
      users,
      courses,
      roles,
      entitlements: 2 * courses + roles,
      grants: courseGrants + roleGrants,
      completedGrants,
      inProgressGrants: courseGrants - completedGrants,
      roleGrants,
      rows,
      repeatedRows: granting.length - courseGrants,
      rowsLeftOut,
    };
  };

  return {
    userIds,
    courseIds,
    roleIds,
    *entitlementIds(scope) {
      for (const id of scope?.type === 'role' ? [] : courseIds(scope)) {
        yield `course:${id}:completed`;
        yield `course:${id}:in_progress`;
      }
      for (const role of scope?.type === 'course' ? [] : roleIds()) {
        yield `role:${role}:assigned`;
      }
    },
    *grantIds(scope) {
      for (const { id, role } of scope?.type === 'course' ? [] : assignedRoles()) {
        yield `role:${role}:assigned:user:${id}`;
      }
      for (const packed of scope?.type === 'role' ? [] : winners(recount(scope).granting)) {
        const pair = Math.floor(packed / 2);
        const course = contentIdAt(organization.seed, Math.floor(pair / organization.usersEver));
        const user = userIdAt(organization.seed, pair % organization.usersEver);
        yield `course:${course}:${packed % 2 === 0 ? 'completed' : 'in_progress'}:user:${user}`;
      }
    },
    consumedLicenses: () =>
      [...consumedLicenses(data)].flatMap(({ collection, user, consumed }) =>
        userIdInRow(user) !== '' ? [{ collection, userId: user.id, consumed }] : [],
      ),
    counts,
    toJSON: () => counts(),
  };
}

interface Recount {
  readonly users: number;
  readonly courses: number;
  readonly rows: number;
  /** One number per row with a grant: (content × users + user) × 2, plus 1 if in progress; sorted. */
  readonly granting: Float64Array;
  readonly rowsLeftOut: TruthCounts['rowsLeftOut'];
}

function hasStatus(item: CatalogItem, wanted: string): boolean {
  // Not a text where values are odd.
  return String(item.lifecycle?.status ?? '').toUpperCase() === wanted;
}

function isInactive(item: CatalogItem): boolean {
  return hasStatus(item, 'INACTIVE');
}

function isRetired(item: CatalogItem, nowMs: number): boolean {
  return hasStatus(item, 'RETIRED') || Date.parse(item.lifecycle?.retiredDate ?? '') <= nowMs;
}

/** The first number of each course and user. */
function* winners(sorted: Float64Array): Generator<number> {
  let lastPair = -1;
  for (const packed of sorted) {
    const pair = Math.floor(packed / 2);
    if (pair !== lastPair) {
      lastPair = pair;
      yield packed;
    }
  }
}
