// The resource type `course`: courses and assessments of the catalog, and who has completed or started them.
import { type ResourceSyncer, singlePage } from 'baton-connector-sdk';
import type { PercipioContext } from '../context.ts';
import { courseType } from '../resource-types.ts';
import { asService } from '../service-errors.ts';
import { createCatalogCourses } from './catalog-courses.ts';
import { createCourseGrants, createGrantsOfAllCourses } from './course-grants.ts';
import { skipReasonOf, toCourseEntitlements, toCourseResource } from './course-resource.ts';
import type { CourseSource } from './course-source.ts';
import { createLimitedCourses } from './limited-courses.ts';

/** The courses of a sync: those that the operator named, or all. */
export function createCourses(percipio: PercipioContext): CourseSource {
  return percipio.limitedCourses.length > 0 ? createLimitedCourses(percipio) : createCatalogCourses(percipio);
}

export function createCourseSyncer(percipio: PercipioContext): ResourceSyncer {
  const courses = createCourses(percipio);
  return {
    type: courseType,
    list: courses.list,
    get: async ({ id }, { signal }) => {
      const { value } = await asService(signal, (signal) => percipio.client().content.find(id.resource, signal));
      return value && skipReasonOf(value) === undefined ? toCourseResource(value) : undefined;
    },
    entitlements: singlePage(async ({ resource }) => toCourseEntitlements(resource)),
    entitlementsOfType: courses.mapPages(toCourseEntitlements),
    grants: createCourseGrants(percipio),
    grantsOfType: createGrantsOfAllCourses(percipio, courses),
    immutableBecause:
      'Course progress comes from learning: Percipio has no way to grant or revoke it. Users start and complete courses in Percipio themselves',
  };
}
