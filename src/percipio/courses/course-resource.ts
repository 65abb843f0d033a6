// Maps an item of the Percipio catalog to a resource of type `course`, and says which items become one.
import { create } from '@bufbuild/protobuf';
import { annotation, buildAssignmentEntitlement, buildResource } from 'baton-connector-sdk';
import { EntitlementImmutableSchema } from '#gen/c1/connector/v2/annotation_entitlement_pb.js';
import { ExternalLinkSchema } from '#gen/c1/connector/v2/annotation_external_link_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { ContentItem } from '../api/content-item.ts';
import { type ActivityStatus, activityStatuses } from '../report/scan/activity-status.ts';
import { courseType, userType } from '../resource-types.ts';

/** The content types that are synced, as the catalog names them; a report names them `Course` and `Assessment`. */
const courseContentTypes: readonly (string | null | undefined)[] = ['COURSE', 'ASSESSMENT'];

/** The longest URL that an ExternalLink may carry, and the only scheme (annotation_external_link.proto). */
const externalLinkMaxBytes = 1024;

/** `other content` is neither a course nor an assessment. */
export type NoCourseReason = 'other content' | 'inactive';

/** Why an item becomes no resource; nothing when it becomes one. */
export function whyNoCourse(item: ContentItem): NoCourseReason | undefined {
  if (!courseContentTypes.includes(item.contentType?.percipioType)) {
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

/** The entitlements of a course. Immutable: nobody can be granted to have learned something. Texts as in Go. */
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
