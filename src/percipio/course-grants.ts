// Lists who completed a course and who is at it, from the learning-activity report of the sync.
import { z } from 'zod';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import { buildGrant, entitlementStub } from '../baton/build/grant.ts';
import { type Context, type Listing, listing, type ResourceRequest } from '../baton/connector.ts';
import type { ActivityIndex } from './activity/activity-index.ts';
import type { ActivityReport } from './activity-report.ts';
import type { PercipioContext } from './percipio-context.ts';
import { userType } from './resource-types.ts';
import { toServiceError } from './service-errors.ts';

const pageToken = z.union([
  /** The report is being made; `waits` makes each token differ from the one before. */
  z.strictObject({ report: z.string().min(1).optional(), waits: z.int().min(1) }),
  z.strictObject({ report: z.string().min(1), from: z.int().min(1) }),
]);

type PageToken = z.output<typeof pageToken>;

export function createCourseGrants(percipio: PercipioContext): Listing<Grant, ResourceRequest> {
  return listing<Grant, ResourceRequest, PageToken>(pageToken, async ({ resource, pageSize }, token, context) => {
    const report = percipio.memory.scopeOf(context.syncId).reports.get(token?.report);
    const index = await waitForReport(report, percipio.reportWaitMs, context);
    if (!index || report.id === undefined) {
      return { items: [], next: { report: report.id, waits: token && 'waits' in token ? token.waits + 1 : 1 } };
    }
    if (report.takeTelling()) {
      tellLeftOut(index, context);
    }
    const from = token && 'from' in token ? token.from : 0;
    const courseId = resource.id?.resource ?? '';
    const stubs = {
      completed: entitlementStub(resource, 'completed'),
      in_progress: entitlementStub(resource, 'in_progress'),
    };
    const items: Grant[] = [];
    index.visit(courseId, from, pageSize, (userId, progress) => {
      items.push(buildGrant(stubs[progress], userType.id, userId));
    });
    const end = from + items.length;
    return { items, next: end < index.countOf(courseId) ? { report: report.id, from: end } : undefined };
  });
}

async function waitForReport(
  report: ActivityReport,
  waitMs: number,
  { signal, reporter }: Context,
): Promise<ActivityIndex | undefined> {
  try {
    return await report.wait(waitMs, signal, (progress) => reporter.progress(progress));
  } catch (error) {
    throw toServiceError(error);
  }
}

function tellLeftOut({ counts }: ActivityIndex, { reporter, logger }: Context): void {
  logger.info({ rows: counts.rows, grants: counts.grants, duplicates: counts.duplicates }, 'read the activity report');
  for (const [status, count] of counts.otherStatuses) {
    reporter.leftOut(`activity rows with the status ${status}`, count);
  }
  const others: [reason: string, count: number][] = [
    ['activity rows of courses that are not synced', counts.unknownCourses],
    ['activity rows of users that are not synced', counts.unknownUsers],
    ['activity rows without a course, a user or a status', counts.malformed],
    ['activity rows of a user and a course that another row tells of', counts.duplicates],
  ];
  for (const [reason, count] of others) {
    if (count > 0) {
      reporter.leftOut(reason, count);
    }
  }
}
