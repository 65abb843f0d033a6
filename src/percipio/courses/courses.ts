// The resource type `course`: courses and assessments of the catalog, who completed them and who is at it.
import { type ResourceSyncer, singlePage } from 'baton-connector-sdk';
import type { PercipioContext } from '../context.ts';
import { courseType } from '../resource-types.ts';
import { asService } from '../service-errors.ts';
import { createCatalogCourses } from './catalog-courses.ts';
import { createCourseGrants, createGrantsOfAllCourses } from './course-grants.ts';
import { toCourseEntitlements, toCourseResource, whyNoCourse } from './course-resource.ts';
import type { CourseSource } from './course-source.ts';
import { createLimitedCourses } from './limited-courses.ts';

/** The courses that a sync has: those that the operator named, or all. */
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
      return value && whyNoCourse(value) === undefined ? toCourseResource(value) : undefined;
    },
    entitlements: singlePage(async ({ resource }) => toCourseEntitlements(resource)),
    entitlementsOfType: courses.mapPages(toCourseEntitlements),
    grants: createCourseGrants(percipio),
    grantsOfType: createGrantsOfAllCourses(percipio, courses),
    immutableBecause:
      'Course progress is made by learning: Percipio has no way to give or take it. People begin and complete a course in Percipio themselves',
  };
}
