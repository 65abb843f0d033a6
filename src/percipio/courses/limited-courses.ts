// Lists exactly the courses that the operator named, searching for them one by one.
import { z } from 'zod';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { ContentItem } from '../api/content-item.ts';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { nameOfCourse, skipReasonOf, toCourseResource } from './course-resource.ts';
import { type CourseSource, createCourseSource } from './course-source.ts';

/** Searches per page. They are concurrent, as far as the client allows. */
const searchesPerPage = 25;

const pageToken = z.strictObject({ offset: z.int().min(1) });

/**
 * A failed search fails the page: a course that the operator named must not get lost because Percipio was busy. A warning
 * names each one that cannot be synced, with the reason.
 */
export function createLimitedCourses({ client, memory, limitedCourses }: PercipioContext): CourseSource {
  const ids = [...new Set(limitedCourses)];
  return createCourseSource(memory, pageToken, async (token, { signal, reporter }) => {
    const offset = token?.offset ?? 0;
    const end = offset + searchesPerPage;
    const found = await asService(signal, (signal) =>
      Promise.all(
        ids.slice(offset, end).map(async (id) => ({ id, item: (await client().content.find(id, signal)).value })),
      ),
    );
    const items: Resource[] = [];
    for (const { id, item } of found) {
      const problem = findProblem(item);
      if (item && problem === undefined) {
        items.push(toCourseResource(item));
      } else {
        reporter.warn(`--limited-courses: ${id} is not synced: ${problem}`);
      }
    }
    return { items, next: end < ids.length ? { offset: end } : undefined };
  });
}

/** Why a course that the operator named is not synced, and what to do about it. */
function findProblem(item: ContentItem | undefined): string | undefined {
  if (!item) {
    return 'Percipio finds no course or assessment with this id. Check the id, and whether the organization has a license for it';
  }
  switch (skipReasonOf(item)) {
    case undefined:
      return undefined;
    case 'inactive':
      return `"${nameOfCourse(item)}" is inactive in Percipio. Remove it from the list, or reactivate it`;
    case 'other content':
      return `"${nameOfCourse(item)}" is ${item.contentType?.percipioType ?? 'of an unknown type'}, neither a course nor an assessment. Remove it from the list`;
  }
}
