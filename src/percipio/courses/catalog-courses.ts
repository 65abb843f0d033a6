// The courses of the whole catalog.
import { z } from 'zod';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { catalogPageSizeMax } from '../api/content.ts';
import type { PercipioContext } from '../context.ts';
import { asService, rateLimitAnnotations } from '../service-errors.ts';
import { type SkipReason, skipReasonOf, toCourseResource } from './course-resource.ts';
import { type CourseSource, createCourseSource } from './course-source.ts';

/** A position in one frozen listing of the catalog (`CatalogPosition` of the client). */
const pageToken = z.strictObject({
  offset: z.int().min(1),
  pagingRequestId: z.string().optional(),
  lastOffset: z.int().min(0).optional(),
  step: z.int().min(1).optional(),
});

const skippedAs: Readonly<Record<SkipReason, string>> = {
  'other content': 'catalog items that are neither a course nor an assessment',
  inactive: 'inactive courses and assessments',
};

export function createCatalogCourses({ client, memory }: PercipioContext): CourseSource {
  return createCourseSource(memory, pageToken, async (token, { signal, reporter }) => {
    const page = await asService(signal, (signal) =>
      client().content.listCatalog({ max: catalogPageSizeMax, position: token }, signal),
    );
    const items: Resource[] = [];
    const skipped = new Map<SkipReason, number>();
    for (const item of page.items) {
      const reason = skipReasonOf(item);
      if (reason === undefined) {
        items.push(toCourseResource(item));
      } else {
        skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
      }
    }
    for (const [reason, count] of skipped) {
      reporter.countSkipped(skippedAs[reason], count);
    }
    return { items, next: page.next, annotations: rateLimitAnnotations(page.rateLimit) };
  });
}
