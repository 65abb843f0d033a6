// Lists who has completed or started a course, from the learning-activity report of the sync.

import { create } from '@bufbuild/protobuf';
import {
  annotation,
  buildGrant,
  type Context,
  entitlementStub,
  type ListedGrant,
  type Listing,
  listing,
  packAnnotations,
  type ResourceRequest,
} from 'baton-connector-sdk';
import { z } from 'zod';
import { GrantMetadataSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { PercipioContext } from '../context.ts';
import { loadReport, reportIdSchema, waitingToken } from '../report/load-report.ts';
import type { ActivityDetails } from '../report/scan/activity-details.ts';
import type { ActivityIndex } from '../report/scan/activity-index.ts';
import { userType } from '../resource-types.ts';
import type { CourseSource } from './course-source.ts';

const courseToken = z.union([waitingToken, z.strictObject({ report: reportIdSchema, from: z.int().min(1) })]);

/** `from` grants of `course` have been listed, and all of courses whose ids sort before it. */
const allCoursesToken = z.union([
  waitingToken,
  z.strictObject({ report: reportIdSchema, course: z.string(), from: z.int().min(0) }),
]);

/** The grants of one course. */
export function createCourseGrants(percipio: PercipioContext): Listing<ListedGrant, ResourceRequest> {
  return listing<ListedGrant, ResourceRequest, z.output<typeof courseToken>>(
    courseToken,
    async ({ resource, pageSize }, token, context) => {
      const loaded = await loadActivity(percipio, token, context);
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
export function createGrantsOfAllCourses(
  percipio: PercipioContext,
  source: CourseSource,
): Listing<ListedGrant, object> {
  return listing<ListedGrant, object, z.output<typeof allCoursesToken>>(
    allCoursesToken,
    async ({ pageSize }, token, context) => {
      if (token === undefined && percipio.memory.scopeOf(context.syncId).lists.courses.isKnownEmpty) {
        return { items: [] };
      }
      const loaded = await loadActivity(percipio, token, context);
      if (!loaded.index) {
        return { items: [], next: loaded.waiting };
      }
      const position = token && 'course' in token ? token : { course: '', from: 0 };
      const courses = await source.readAll(context);
      const items: ListedGrant[] = [];
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
function grantsOf(index: ActivityIndex, course: Resource, from: number, count: number): ListedGrant[] {
  const stubs = {
    completed: entitlementStub(course, 'completed'),
    in_progress: entitlementStub(course, 'in_progress'),
  };
  const grants: ListedGrant[] = [];
  index.visit(course.id?.resource ?? '', from, count, (userId, progress, details) => {
    const entitlement = stubs[progress];
    grants.push(
      details
        ? { ...buildGrant(entitlement, userType.id, userId), annotations: annotate(details) }
        : { entitlement, principalType: userType.id, principal: userId },
    );
  });
  return grants;
}

function annotate({ completedDate, highScore }: ActivityDetails) {
  const metadata = {
    ...(completedDate !== undefined && { completed_date: completedDate }),
    ...(highScore !== undefined && { high_score: highScore }),
  };
  return packAnnotations([annotation(GrantMetadataSchema, create(GrantMetadataSchema, { metadata }))]);
}

/** The activity of the sync. The first caller reports what it skipped. */
async function loadActivity(
  { memory, reportWaitMs }: PercipioContext,
  token: Parameters<typeof loadReport>[1],
  context: Context,
) {
  const loaded = await loadReport(memory.scopeOf(context.syncId).reports, token, context, reportWaitMs);
  if (loaded.index && loaded.isFirst) reportSummary(loaded.index, context);
  return loaded;
}

function reportSummary({ counts, unreadDetails }: ActivityIndex, { reporter, logger }: Context): void {
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
  for (const [field, count] of unreadDetails) {
    reporter.countSkipped(`unreadable values of activity rows: ${field}`, count);
  }
  for (const [reason, count] of others) {
    if (count > 0) {
      reporter.countSkipped(reason, count);
    }
  }
}
