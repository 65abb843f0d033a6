// The resource types of Percipio.
import { create } from '@bufbuild/protobuf';
import { annotation, packAnnotations } from 'baton-connector-sdk';
import { SkipEntitlementsAndGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { ResourceType_Trait, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';

/** A person with an account in the organization. Has no entitlements of its own. */
export const userType = create(ResourceTypeSchema, {
  id: 'user',
  displayName: 'User',
  traits: [ResourceType_Trait.USER],
  annotations: packAnnotations([annotation(SkipEntitlementsAndGrantsSchema, create(SkipEntitlementsAndGrantsSchema))]),
});

/**
 * A course, an assessment, or other content that the settings name. The display name is lower case in the Go connector,
 * and tenants see it. A syncer that knows the annotations requests all entitlements and all grants at once, not those of
 * each course.
 */
export const courseType = create(ResourceTypeSchema, {
  id: 'course',
  displayName: 'course',
  annotations: packAnnotations([
    annotation(TypeScopedEntitlementsSchema, create(TypeScopedEntitlementsSchema)),
    annotation(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema)),
  ]),
});

/** Content that the organization has bought: a collection, or a license pool. All grants can be requested at once. */
export const licenseType = create(ResourceTypeSchema, {
  id: 'license',
  displayName: 'License',
  traits: [ResourceType_Trait.LICENSE_PROFILE],
  annotations: packAnnotations([annotation(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))]),
});

/** What a user may do in Percipio. Everyone has exactly one role. All grants can be requested at once. */
export const roleType = create(ResourceTypeSchema, {
  id: 'role',
  displayName: 'Role',
  traits: [ResourceType_Trait.ROLE],
  annotations: packAnnotations([annotation(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))]),
});
