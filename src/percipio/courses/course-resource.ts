// Maps an item of the Percipio catalog to a resource of type `course`, and decides which items become one.
import { create } from '@bufbuild/protobuf';
import { annotation, buildAssignmentEntitlement, buildResource } from 'baton-connector-sdk';
import { EntitlementImmutableSchema } from '#gen/c1/connector/v2/annotation_entitlement_pb.js';
import { ExternalLinkSchema } from '#gen/c1/connector/v2/annotation_external_link_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { type ContentItem, syncedContentTypes } from '../api/content-item.ts';
import { type ActivityStatus, activityStatuses } from '../report/scan/activity-status.ts';
import { courseType, userType } from '../resource-types.ts';

/** The longest URL that an ExternalLink may carry, and the only scheme (annotation_external_link.proto). */
const externalLinkMaxBytes = 1024;

/** `other content` is neither a course nor an assessment. */
export type SkipReason = 'other content' | 'inactive';

/** Why an item is not synced; undefined if it is. */
export function skipReasonOf(item: ContentItem): SkipReason | undefined {
  if (!syncedContentTypes.some((type) => type === item.contentType?.percipioType)) {
    return 'other content';
  }
  return item.lifecycle?.status === 'INACTIVE' ? 'inactive' : undefined;
}

/** The `en-US` title, else the first one, else the code, else the id. */
export function nameOfCourse(item: ContentItem): string {
  return findShownMetadata(item)?.title || item.code || item.id;
}

/** A course as ConductorOne sees it. */
export function toCourseResource(item: ContentItem): Resource {
  const link = item.link ?? '';
  const isLink = link.startsWith('https://') && Buffer.byteLength(link) <= externalLinkMaxBytes;
  return buildResource({
    type: courseType,
    id: item.id,
    displayName: nameOfCourse(item),
    description: findShownMetadata(item)?.description ?? '',
    annotations: isLink ? [annotation(ExternalLinkSchema, create(ExternalLinkSchema, { url: link }))] : [],
  });
}

function findShownMetadata({ localizedMetadata }: ContentItem) {
  const titled = (localizedMetadata ?? []).filter((metadata) => metadata.title);
  return titled.find((metadata) => metadata.localeCode === 'en-US') ?? titled[0];
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
