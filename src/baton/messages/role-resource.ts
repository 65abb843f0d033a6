// Builds resources that are roles: bundles of permissions.
import { create } from '@bufbuild/protobuf';
import { RoleTraitSchema } from '#gen/c1/connector/v2/annotation_trait_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { annotation, buildResource, type ResourceInit } from './resource.ts';

/** A resource with a RoleTrait, for a type that declares it. */
export function buildRoleResource(init: ResourceInit): Resource {
  const trait = annotation(RoleTraitSchema, create(RoleTraitSchema));
  return buildResource({ ...init, annotations: [trait, ...(init.annotations ?? [])] });
}
