// The resource type `course`: courses and assessments of the catalog, who completed them and who is at it.
import { z } from 'zod';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { type Listing, type ListRequest, listing, type ResourceSyncer, singlePage } from '../baton/connector.ts';
import { catalogPageSizeMax } from './api/content.ts';
import { createCourseGrants } from './course-grants.ts';
import { type NoCourseReason, toCourseEntitlements, toCourseResource, whyNoCourse } from './course-resource.ts';
import { createLimitedCourses } from './limited-courses.ts';
import type { PercipioContext } from './percipio-context.ts';
import { courseType } from './resource-types.ts';
import { asService, rateLimitAnnotations } from './service-errors.ts';

/** A place in one frozen listing of the catalog (`CatalogPosition` of the client). */
const pageToken = z.strictObject({
  offset: z.int().min(1),
  pagingRequestId: z.string().optional(),
  lastOffset: z.int().min(0).optional(),
});

const leftOutAs: Readonly<Record<NoCourseReason, string>> = {
  'other content': 'catalog items that are neither a course nor an assessment',
  inactive: 'inactive courses and assessments',
};

export function createCourseSyncer(percipio: PercipioContext): ResourceSyncer {
  return {
    type: courseType,
    list: percipio.limitedCourses.length > 0 ? createLimitedCourses(percipio) : createCatalog(percipio),
    get: async ({ id }, { signal }) => {
      const { value } = await asService(signal, (signal) => percipio.client().content.find(id.resource, signal));
      return value && whyNoCourse(value) === undefined ? toCourseResource(value) : undefined;
    },
    entitlements: singlePage(async ({ resource }) => toCourseEntitlements(resource)),
    grants: createCourseGrants(percipio),
  };
}

function createCatalog(percipio: PercipioContext): Listing<Resource, ListRequest> {
  return listing(pageToken, async (_request, token, { signal, syncId, reporter }) => {
    const page = await asService(signal, (signal) =>
      percipio.client().content.listCatalog({ max: catalogPageSizeMax, position: token }, signal),
    );
    const items: Resource[] = [];
    for (const item of page.items) {
      const reason = whyNoCourse(item);
      if (reason === undefined) {
        items.push(toCourseResource(item));
      } else {
        reporter.leftOut(leftOutAs[reason]);
      }
    }
    const { courses } = percipio.memory.scopeOf(syncId);
    courses.add(
      token?.offset ?? 0,
      page.next?.offset,
      items.map((course) => course.id?.resource ?? ''),
    );
    return { items, next: page.next, annotations: rateLimitAnnotations(page.rateLimit) };
  });
}
