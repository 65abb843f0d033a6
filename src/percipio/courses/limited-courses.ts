// Lists exactly the courses that the operator named, searching for them one by one.
import { Code, ServiceError } from 'baton-connector-sdk';
import { z } from 'zod';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { PercipioContext } from '../context.ts';
import { type CourseSource, createCourseSource } from './course-source.ts';
import { type FoundContent, findContents } from './find-contents.ts';

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
export function createLimitedCourses(percipio: PercipioContext): CourseSource {
  const ids = [...new Set(percipio.limitedCourses)];
  return createCourseSource(percipio.memory, pageToken, async (token, context) => {
    const offset = token?.offset ?? 0;
    const end = offset + searchesPerPage;
    const wanted = ids.slice(offset, end);
    const found = await findContents(percipio, wanted, context);
    const { nameOfCourse, toCourseResource } = await import('./course-resource.ts');
    const items: Resource[] = [];
    const problems: string[] = [];
    for (const id of wanted) {
      const content = found.get(id.toLowerCase());
      if (content && content.skipReason === undefined) {
        items.push(toCourseResource(content.item));
      } else {
        problems.push(`${id} is not synced: ${content ? describeSkip(content, nameOfCourse(content.item)) : notFound}`);
      }
    }
    const isEmpty = items.length === 0 && (token === undefined || token.isEmpty === true);
    const isLast = end >= ids.length;
    if (isEmpty && isLast) {
      throw noCourseError(ids.length, problems);
    }
    for (const problem of problems) {
      context.reporter.warn(`--limited-courses: ${problem}`);
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

const notFound =
  'Percipio finds nothing of the --content-types with this id. Check the id, the types, and whether the organization has a license for it';

/** Why a course that the operator named is not synced, and what to do about it. */
function describeSkip({ item, skipReason }: FoundContent, title: string): string {
  const name = `"${title}"`;
  switch (skipReason) {
    case 'other content': {
      const type = item.contentType?.percipioType ?? 'of an unknown type';
      return `${name} is ${type}, and not one of the --content-types. Remove it from the list`;
    }
    case 'retired':
      return `${name} is retired in Percipio. Remove it from the list, or unset --skip-retired-courses`;
    default:
      return `${name} is inactive in Percipio. Remove it from the list, or reactivate it`;
  }
}
