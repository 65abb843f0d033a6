// Lists who has completed or started a course, from the learning-activity report of the sync.

import {
  type Context,
  entitlementStub,
  type Listing,
  listing,
  type PlainGrant,
  type Progress,
  type ResourceRequest,
} from 'baton-connector-sdk';
import { z } from 'zod';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { PercipioContext } from '../context.ts';
import type { ActivityIndex } from '../report/scan/activity-index.ts';
import { userType } from '../resource-types.ts';
import { toServiceError } from '../service-errors.ts';
import type { CourseSource } from './course-source.ts';

/** The report is not ready; `waits` makes each token differ from the previous one. */
const waitingToken = z.strictObject({ report: z.string().min(1).optional(), waits: z.int().min(1) });

const courseToken = z.union([waitingToken, z.strictObject({ report: z.string().min(1), from: z.int().min(1) })]);

/** `from` grants of `course` have been listed, and all of courses whose ids sort before it. */
const allCoursesToken = z.union([
  waitingToken,
  z.strictObject({ report: z.string().min(1), course: z.string(), from: z.int().min(0) }),
]);

/** The grants of one course. */
export function createCourseGrants(percipio: PercipioContext): Listing<PlainGrant, ResourceRequest> {
  return listing<PlainGrant, ResourceRequest, z.output<typeof courseToken>>(
    courseToken,
    async ({ resource, pageSize }, token, context) => {
      const loaded = await loadReport(percipio, token, context);
      if (!loaded.index) {
        return { items: [], next: loaded.waiting };
      }
      const from = token && 'from' in token ? token.from : 0;
      const items = grantsOf(loaded.index, resource, from, pageSize);
      const end = from + items.length;
      const hasMore = end < loaded.index.countOf(resource.id?.resource ?? '');
      return { items, next: hasMore ? { report: loaded.report, from: end } : undefined };
    },
  );
}

/** The grants of all courses of the sync in one enumeration, by course id. */
export function createGrantsOfAllCourses(percipio: PercipioContext, source: CourseSource): Listing<PlainGrant, object> {
  return listing<PlainGrant, object, z.output<typeof allCoursesToken>>(
    allCoursesToken,
    async ({ pageSize }, token, context) => {
      if (token === undefined && percipio.memory.scopeOf(context.syncId).lists.courses.isKnownEmpty) {
        return { items: [] };
      }
      const loaded = await loadReport(percipio, token, context);
      if (!loaded.index) {
        return { items: [], next: loaded.waiting };
      }
      const position = token && 'course' in token ? token : { course: '', from: 0 };
      const courses = await source.readAll(context);
      const items: PlainGrant[] = [];
      for (const courseId of loaded.index.courseIdsFrom(position.course)) {
        const course = courses.get(courseId);
        if (!course) {
          continue;
        }
        const from = courseId === position.course ? position.from : 0;
        const ofCourse = grantsOf(loaded.index, course, from, pageSize - items.length);
        items.push(...ofCourse);
        if (items.length === pageSize) {
          return { items, next: { report: loaded.report, course: courseId, from: from + ofCourse.length } };
        }
      }
      return { items };
    },
  );
}

/** At most `count` grants of a course, after the first `from`. */
function grantsOf(index: ActivityIndex, course: Resource, from: number, count: number): PlainGrant[] {
  const stubs = {
    completed: entitlementStub(course, 'completed'),
    in_progress: entitlementStub(course, 'in_progress'),
  };
  const grants: PlainGrant[] = [];
  index.visit(course.id?.resource ?? '', from, count, (userId, progress) => {
    grants.push({ entitlement: stubs[progress], principalType: userType.id, principal: userId });
  });
  return grants;
}

type LoadedReport =
  | { readonly index: ActivityIndex; readonly report: string }
  | { readonly index: undefined; readonly waiting: z.output<typeof waitingToken> };

/** The report that a token names, or the sync's own; or the token to come back with if it is not ready. */
async function loadReport(
  { memory, reportWaitMs }: PercipioContext,
  token: { readonly report?: string | undefined; readonly waits?: number } | undefined,
  context: Context,
): Promise<LoadedReport> {
  const report = memory.scopeOf(context.syncId).reports.get(token?.report, context.session);
  const { signal, reporter } = context;
  // A caller without a sync id lists by hand, in any order: there is no listing to wait for.
  const mayReturnEarly = token === undefined && context.syncId !== undefined;
  const onProgress = (progress: Progress) => reporter.progress(progress);
  let index: ActivityIndex | undefined;
  try {
    index = await report.wait({ waitMs: reportWaitMs, signal, mayReturnEarly, onProgress });
  } catch (error) {
    throw toServiceError(error);
  }
  if (!index || report.id === undefined) {
    return { index: undefined, waiting: { report: report.id, waits: (token?.waits ?? 0) + 1 } };
  }
  if (report.claimSummary()) {
    reportSummary(index, context);
  }
  return { index, report: report.id };
}

function reportSummary({ counts }: ActivityIndex, { reporter, logger }: Context): void {
  logger.info({ rows: counts.rows, grants: counts.grants, duplicates: counts.duplicates }, 'read the activity report');
  for (const [status, count] of counts.otherStatuses) {
    reporter.countSkipped(`activity rows with the status ${status}`, count);
  }
  const others: [reason: string, count: number][] = [
    ['activity rows of courses that are not synced', counts.unknownCourses],
    ['activity rows of users that are not synced', counts.unknownUsers],
    ['activity rows without a course, user or status', counts.malformed],
    ['activity rows that repeat a user and a course', counts.duplicates],
  ];
  for (const [reason, count] of others) {
    if (count > 0) {
      reporter.countSkipped(reason, count);
    }
  }
}
