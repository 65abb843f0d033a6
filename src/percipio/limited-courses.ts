// Lists exactly the courses that the operator named, found one by one.
import { z } from 'zod';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { type Listing, type ListRequest, listing } from '../baton/connector.ts';
import { toCourseResource, whyNoCourse } from './course-resource.ts';
import type { PercipioContext } from './percipio-context.ts';
import { asService } from './service-errors.ts';

/** Searches of one page. They run side by side, as many at a time as the client allows. */
const searchesPerPage = 25;

const pageToken = z.strictObject({ offset: z.int().min(1) });

/**
 * A search that fails fails the page: a course that the operator named must not get lost because Percipio was busy. One
 * that Percipio does not know, or that is not active, is named in a warning.
 */
export function createLimitedCourses(percipio: PercipioContext): Listing<Resource, ListRequest> {
  const ids = [...new Set(percipio.limitedCourses)];
  return listing(pageToken, async (_request, token, { signal, syncId, reporter }) => {
    const offset = token?.offset ?? 0;
    const end = offset + searchesPerPage;
    const found = await asService(signal, (signal) =>
      Promise.all(
        ids
          .slice(offset, end)
          .map(async (id) => ({ id, item: (await percipio.client().content.find(id, signal)).value })),
      ),
    );
    const items: Resource[] = [];
    for (const { id, item } of found) {
      const reason = item ? whyNoCourse(item) : 'courses that Percipio does not know';
      if (item && reason === undefined) {
        items.push(toCourseResource(item));
      } else {
        reporter.warn(`--limited-courses: ${id} is not synced: it is among the ${reason}`);
      }
    }
    const next = end < ids.length ? { offset: end } : undefined;
    const { courses } = percipio.memory.scopeOf(syncId);
    courses.add(
      offset,
      next?.offset,
      items.map((course) => course.id?.resource ?? ''),
    );
    return { items, next };
  });
}
