// Decides which items of the Percipio catalog are synced.
import type { ContentItem } from '../api/content-item.ts';
import type { SyncedContent } from '../content-types.ts';

/** `other content`: its type is not synced. */
export type SkipReason = 'other content' | 'inactive' | 'retired';

/** Why an item of the catalog is not synced; undefined if it is. */
export function skipReasonOf(item: ContentItem, content: SyncedContent, nowMs: number): SkipReason | undefined {
  const type = item.contentType?.percipioType?.trim().toUpperCase() ?? '';
  return content.catalogTypes.has(type) ? expiryOf(item, content, nowMs) : 'other content';
}

/** Why an item is not synced even if its type is; undefined if it is. */
export function expiryOf(
  { lifecycle }: ContentItem,
  { skipsRetired }: SyncedContent,
  nowMs: number,
): 'inactive' | 'retired' | undefined {
  const status = lifecycle?.status?.trim().toUpperCase();
  if (status === 'INACTIVE') {
    return 'inactive';
  }
  const isRetired = status === 'RETIRED' || Date.parse(lifecycle?.retiredDate ?? '') <= nowMs;
  return skipsRetired && isRetired ? 'retired' : undefined;
}
