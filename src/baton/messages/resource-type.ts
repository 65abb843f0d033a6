// Builds resource types.
import { create } from '@bufbuild/protobuf';
import { type ResourceType, ResourceType_Trait, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { Annotation } from '../author/connector.ts';
import { packAnnotations } from './resource.ts';

export interface ResourceTypeInit {
  /** Part of every id of the type's resources, entitlements and grants: never change it. */
  readonly id: string;
  readonly displayName: string;
  readonly description?: string;
  /** What resources of the type are to ConductorOne; their builder must match, such as `buildUserResource` for `user`. */
  readonly trait?: 'user' | 'group' | 'role' | 'app' | 'license';
  readonly annotations?: readonly Annotation[];
}

/** A resource type, to be made once and shared. */
export function buildResourceType({ trait, annotations = [], ...init }: ResourceTypeInit): ResourceType {
  return create(ResourceTypeSchema, {
    ...init,
    traits: trait ? [traits[trait]] : [],
    annotations: packAnnotations(annotations),
  });
}

const traits = {
  user: ResourceType_Trait.USER,
  group: ResourceType_Trait.GROUP,
  role: ResourceType_Trait.ROLE,
  app: ResourceType_Trait.APP,
  license: ResourceType_Trait.LICENSE_PROFILE,
} as const;
