// Lists exactly the courses that the operator named, searching for them one by one.
import { Code, ServiceError } from 'baton-connector-sdk';
import { z } from 'zod';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { ContentItem } from '../api/content-item.ts';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { nameOfCourse, skipReasonOf, toCourseResource } from './course-resource.ts';
import { type CourseSource, createCourseSource } from './course-source.ts';

/** Searches per page. They are concurrent, as far as the client allows. */
const searchesPerPage = 25;

/** How many courses an error names. */
const namedMax = 3;

/** `isEmpty`: none of the courses up to `offset` can be synced. */
const pageToken = z.strictObject({ offset: z.int().min(1), isEmpty: z.literal(true).optional() });

/**
 * A failed search fails the page: a course that the operator named must not get lost because Percipio was busy. A warning
 * names each one that cannot be synced, with the reason. If none can be synced, the last page fails, so that an access
 * review does not look complete without any course.
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
    const problems: string[] = [];
    for (const { id, item } of found) {
      const problem = findProblem(item);
      if (item && problem === undefined) {
        items.push(toCourseResource(item));
      } else {
        problems.push(`${id} is not synced: ${problem}`);
      }
    }
    const isEmpty = items.length === 0 && (token === undefined || token.isEmpty === true);
    const isLast = end >= ids.length;
    if (isEmpty && isLast) {
      throw noCourseError(ids.length, problems);
    }
    for (const problem of problems) {
      reporter.warn(`--limited-courses: ${problem}`);
    }
    return { items, next: isLast ? undefined : { offset: end, ...(isEmpty && { isEmpty }) } };
  });
}

/** @param problems - Of the last page. */
function noCourseError(count: number, problems: readonly string[]): ServiceError {
  const named = problems.slice(0, namedMax);
  const more = count > named.length ? [`and ${count - named.length} more`] : [];
  return new ServiceError(
    Code.FailedPrecondition,
    `--limited-courses (BATON_LIMITED_COURSES): none of its courses can be synced. ${[...named, ...more].join('; ')}`,
    { reason: 'no_limited_course' },
  );
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
