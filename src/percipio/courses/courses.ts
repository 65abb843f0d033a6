// The resource type `course`: courses, assessments and other content, and who has completed or started them.
import { type ResourceSyncer, singlePage } from 'baton-connector-sdk';
import type { PercipioContext } from '../context.ts';
import { courseType } from '../resource-types.ts';
import { createCatalogCourses } from './catalog-courses.ts';
import { toCourseEntitlements } from './course-entitlements.ts';
import { createCourseGrants, createGrantsOfAllCourses } from './course-grants.ts';
import type { CourseSource } from './course-source.ts';
import { findContents } from './find-contents.ts';
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
    get: async ({ id }, context) => {
      const found = (await findContents(percipio, [id.resource], context)).get(id.resource.toLowerCase());
      if (!found || found.skipReason !== undefined) return undefined;
      return (await import('./course-resource.ts')).toCourseResource(found.item);
    },
    entitlements: singlePage(async ({ resource }) => toCourseEntitlements(resource)),
    entitlementsOfType: courses.mapPages(toCourseEntitlements),
    grants: createCourseGrants(percipio),
    grantsOfType: createGrantsOfAllCourses(percipio, courses),
    immutableBecause:
      'Course progress comes from learning: Percipio has no way to grant or revoke it. Users start and complete courses in Percipio themselves',
  };
}
