// Resource types, resources, entitlements and grants as connectors make them.
import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { type Entitlement, EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { type Grant, GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import {
  type Resource,
  type ResourceId,
  ResourceIdSchema,
  ResourceSchema,
  type ResourceType,
  ResourceTypeSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import type { C1zFile } from '../../../src/baton/c1z/c1z-file.ts';

export const syncToken = '{"current_action_id":7,"completed_actions_count":7,"version":1}';

export function resourceType(id: string, displayName = id): ResourceType {
  return create(ResourceTypeSchema, { id, displayName });
}

export function resource(type: string, id: string, more: Partial<Resource> = {}): Resource {
  return { ...create(ResourceSchema, { displayName: `${type} ${id}`, id: resourceId(type, id) }), ...more };
}

export function resourceId(resourceType: string, resource: string): ResourceId {
  return create(ResourceIdSchema, { resourceType, resource });
}

export function entitlement(of: Resource, slug: string, displayName = slug): Entitlement {
  const id = `${of.id?.resourceType}:${of.id?.resource}:${slug}`;
  return create(EntitlementSchema, { id, resource: of, slug, displayName });
}

export function grant(of: Entitlement, principal: Resource, annotations: Grant['annotations'] = []): Grant {
  const id = `${of.id}:${principal.id?.resourceType}:${principal.id?.resource}`;
  return create(GrantSchema, { id, entitlement: of, principal, annotations });
}

export function annotation<Desc extends DescMessage>(
  desc: Desc,
  value: MessageInitShape<Desc>,
): Grant['annotations'][0] {
  return anyPack(desc, create(desc, value));
}

export function expandable(...entitlementIds: string[]): Grant['annotations'][0] {
  return annotation(GrantExpandableSchema, { entitlementIds });
}

/** The grants of `users` users to one course, in the order of their ids. */
export function courseGrants(courseId: string, users: number, slug = 'completed'): Grant[] {
  const of = entitlement(resource('course', courseId), slug);
  return Array.from({ length: users }, (_, i) => grant(of, resource('user', `u${String(i).padStart(6, '0')}`)));
}

/** Adds a finished full run with one user, one course and `users` grants. @returns its id */
export async function addFullRun(file: C1zFile, users = 2, courseId = 'c1'): Promise<string> {
  const sync = file.startSync({ type: 'full' });
  sync.putResourceTypes([resourceType('user'), resourceType('course')]);
  const course = resource('course', courseId);
  sync.putResources([resource('user', 'u000000'), course]);
  sync.putEntitlements([entitlement(course, 'completed')]);
  sync.putGrants(courseGrants(courseId, users));
  await sync.end({ syncToken });
  return sync.syncId;
}
