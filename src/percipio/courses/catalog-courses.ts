// The courses of the whole catalog, and then the compliance courses that it does not have.
import type { Context, Page } from 'baton-connector-sdk';
import { z } from 'zod';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { type CatalogPage, type CatalogPosition, catalogPageSizeMax } from '../api/content.ts';
import type { ContentItem } from '../api/content-item.ts';
import type { PercipioContext } from '../context.ts';
import { countUnread } from '../count-unread.ts';
import { asService, rateLimitAnnotations } from '../service-errors.ts';
import { readComplianceCourses } from './compliance-courses.ts';
import { type CourseSource, createCourseSource } from './course-source.ts';
import { expiryOf, type SkipReason, skipReasonOf } from './skip-reason.ts';

/** A position in one frozen listing of the catalog (`CatalogPosition` of the client). */
const catalogToken = z.strictObject({
  offset: z.int().min(1),
  pagingRequestId: z.string().optional(),
  lastOffset: z.int().min(0).optional(),
  step: z.int().min(1).optional(),
  firstTotal: z.int().min(0).optional(),
});

/** An offset in the listing of compliance courses, which follows the catalog. */
const complianceToken = z.strictObject({ compliance: z.int().min(0), firstTotal: z.int().min(0).optional() });
type ComplianceToken = z.output<typeof complianceToken>;

const pageToken = z.union([catalogToken, complianceToken]);
type PageToken = z.output<typeof pageToken>;

const skippedAs: Readonly<Record<SkipReason, string>> = {
  'other content': 'catalog items of content types that are not synced',
  inactive: 'inactive courses and assessments',
  retired: 'retired courses and assessments',
};

const complianceSkippedAs: typeof skippedAs = {
  ...skippedAs,
  inactive: 'inactive compliance courses',
  retired: 'retired compliance courses',
};

export function createCatalogCourses(percipio: PercipioContext): CourseSource {
  const { client, memory, content, now } = percipio;
  const readCatalog = async (position: z.output<typeof catalogToken> | undefined, context: Context) => {
    const page = await asService(context.signal, (signal) =>
      client().content.listCatalog({ max: catalogPageSizeMax, position }, signal),
    );
    reportProgress('catalog items', page, position, context);
    const skipReason = (item: ContentItem) => skipReasonOf(item, content, now());
    return await toCoursePage(page, page.next, { skipReason, skippedAs }, context);
  };
  const readCompliance = async (
    { compliance: offset, firstTotal }: ComplianceToken,
    context: Context,
    readEarlier: () => Promise<readonly Resource[]>,
  ): Promise<Page<Resource, PageToken>> => {
    const page = await readComplianceCourses(percipio, { offset, firstTotal }, context);
    if (!page || page.items.length === 0) {
      return { items: [] };
    }
    reportProgress('compliance courses', page, { offset, firstTotal }, context);
    const skipReason = (item: ContentItem) => expiryOf(item, content, now());
    const next = page.next && { compliance: page.next.offset, firstTotal: page.next.firstTotal };
    const courses = await toCoursePage(page, next, { skipReason, skippedAs: complianceSkippedAs }, context);
    const known = new Set(Array.from(await readEarlier(), ({ id }) => id?.resource));
    return { ...courses, items: courses.items.filter(({ id }) => !known.has(id?.resource)) };
  };
  return createCourseSource<PageToken>(memory, pageToken, async (token, context, readEarlier) => {
    if (token && 'compliance' in token) {
      return await readCompliance(token, context, readEarlier);
    }
    const page = await readCatalog(token, context);
    if (page.next || !content.hasCompliance) {
      return page;
    }
    // At once if there is nothing else on the page: one page then shows whether there is any course.
    return page.items.length === 0
      ? await readCompliance({ compliance: 0 }, context, readEarlier)
      : { ...page, next: { compliance: 0 } };
  });
}

/** @param position - Where the page begins; undefined for the first one. */
function reportProgress(
  work: string,
  { items, next, total }: CatalogPage,
  { offset, firstTotal }: Pick<CatalogPosition, 'offset' | 'firstTotal'> = { offset: 0 },
  { reporter }: Context,
): void {
  const done = next?.offset ?? offset + items.length;
  reporter.progress({ work, done, total: next ? (total ?? firstTotal) : done });
}

interface Selection {
  readonly skipReason: (item: ContentItem) => SkipReason | undefined;
  readonly skippedAs: Readonly<Record<SkipReason, string>>;
}

/** The items that are synced, as courses. The others are counted, and so is what could not be read. */
async function toCoursePage(
  { items, unread, rateLimit }: CatalogPage,
  next: PageToken | undefined,
  { skipReason, skippedAs }: Selection,
  { reporter }: Context,
): Promise<Page<Resource, PageToken>> {
  const { toCourseResource } = await import('./course-resource.ts');
  const courses: Resource[] = [];
  const skipped = new Map<SkipReason, number>();
  for (const item of items) {
    const reason = skipReason(item);
    if (reason === undefined) {
      courses.push(toCourseResource(item));
    } else {
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    }
  }
  for (const [reason, count] of skipped) {
    reporter.countSkipped(skippedAs[reason], count);
  }
  countUnread(unread, 'catalog items', reporter, 'catalog');
  return { items: courses, next, annotations: rateLimitAnnotations(rateLimit) };
}
