// Finds content by id: by search, and in the listing of compliance courses, which search may not know.
import type { Context } from 'baton-connector-sdk';
import type { CatalogPage, CatalogPosition } from '../api/content.ts';
import type { ContentItem } from '../api/content-item.ts';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { readComplianceCourses } from './compliance-courses.ts';
import { expiryOf, type SkipReason, skipReasonOf } from './skip-reason.ts';

export interface FoundContent {
  readonly item: ContentItem;
  /** Undefined if it is synced. */
  readonly skipReason: SkipReason | undefined;
}

/**
 * Finds content that may be a course.
 * @param ids - In any case.
 * @returns By id in lower case.
 */
export async function findContents(
  percipio: PercipioContext,
  ids: readonly string[],
  context: Pick<Context, 'signal' | 'reporter'>,
): Promise<ReadonlyMap<string, FoundContent>> {
  const { client, content, now } = percipio;
  const wanted = ids.map((id) => id.toLowerCase());
  const results = await asService(context.signal, (signal) =>
    Promise.all(wanted.map((id) => client().content.find(id, content.searchFilter, signal))),
  );
  const found = new Map<string, FoundContent>();
  for (const { value: item } of results) {
    if (item) found.set(item.id.toLowerCase(), { item, skipReason: skipReasonOf(item, content, now()) });
  }
  const isOpen = (id: string) => {
    const content = found.get(id);
    return content === undefined || content.skipReason === 'other content';
  };
  const missing = new Set(content.hasCompliance ? wanted.filter(isOpen) : []);
  for (let position: CatalogPosition | undefined = { offset: 0 }; position && missing.size > 0; ) {
    const page: CatalogPage | undefined = await readComplianceCourses(percipio, position, context);
    for (const item of page?.items ?? []) {
      const id = item.id.toLowerCase();
      if (missing.delete(id)) found.set(id, { item, skipReason: expiryOf(item, content, now()) });
    }
    position = page?.next;
  }
  return found;
}
