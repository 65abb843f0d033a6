// The entitlements of a course: who has completed or started it.
import { create } from '@bufbuild/protobuf';
import { annotation, buildAssignmentEntitlement } from 'baton-connector-sdk';
import { EntitlementImmutableSchema } from '#gen/c1/connector/v2/annotation_entitlement_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { type ActivityStatus, activityStatuses } from '../report/scan/activity-status.ts';
import { userType } from '../resource-types.ts';

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
