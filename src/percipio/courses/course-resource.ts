// Maps an item of the Percipio catalog to a resource of type `course`, and decides which items become one.
import { create } from '@bufbuild/protobuf';
import { annotation, buildAssignmentEntitlement, buildResource } from 'baton-connector-sdk';
import { EntitlementImmutableSchema } from '#gen/c1/connector/v2/annotation_entitlement_pb.js';
import { ExternalLinkSchema } from '#gen/c1/connector/v2/annotation_external_link_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { ContentItem } from '../api/content-item.ts';
import type { SyncedContent } from '../content-types.ts';
import { type ActivityStatus, activityStatuses } from '../report/scan/activity-status.ts';
import { courseType, userType } from '../resource-types.ts';
import { toPlainText } from './plain-text.ts';

/** The longest URL that an ExternalLink may carry, and the only scheme (annotation_external_link.proto). */
const externalLinkMaxBytes = 1024;

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

/** The `en-US` title, else the first one, else the code, else the id. */
export function nameOfCourse(item: ContentItem): string {
  return findShownMetadata(item)?.title || item.code?.trim() || item.id;
}

/** A course as ConductorOne sees it. */
export function toCourseResource(item: ContentItem): Resource {
  const link = item.link ?? '';
  const isLink = link.startsWith('https://') && Buffer.byteLength(link) <= externalLinkMaxBytes;
  return buildResource({
    type: courseType,
    id: item.id,
    displayName: nameOfCourse(item),
    description: toPlainText(findShownMetadata(item)?.description ?? ''),
    annotations: isLink ? [annotation(ExternalLinkSchema, create(ExternalLinkSchema, { url: link }))] : [],
  });
}

/** Its title is plain text. */
function findShownMetadata({ localizedMetadata }: ContentItem) {
  const titled = localizedMetadata
    .map((metadata) => ({ ...metadata, title: toPlainText(metadata.title ?? '') }))
    .filter(({ title }) => title !== '');
  return titled.find(({ localeCode }) => localeCode === 'en-US') ?? titled[0];
}

/** The entitlements of a course. Immutable: learning cannot be granted. Texts as in the Go connector. */
export function toCourseEntitlements(course: Resource): Entitlement[] {
  const states: Record<ActivityStatus, string> = { completed: 'Completed', in_progress: 'In progress' };
  return activityStatuses.map((slug) =>
    buildAssignmentEntitlement({
      resource: course,
      slug,
      displayName: `Course ${course.displayName} ${slug}`,
      description: `${states[slug]} course ${course.displayName} in Percipio`,
      grantableTo: [userType],
      annotations: [annotation(EntitlementImmutableSchema, create(EntitlementImmutableSchema))],
    }),
  );
}
