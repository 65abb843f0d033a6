// Groups, their members, and what is granted to the groups: a sync whose grants are to be expanded.
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { type Entitlement, EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import {
  type Resource,
  ResourceIdSchema,
  ResourceSchema,
  ResourceTypeSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import type { SyncWriter } from '../../src/baton/c1z/sync-writer.ts';
import { buildGrant, entitlementStub, type ListedGrant } from '../../src/baton/messages/grant.ts';

/** Each user is in ten groups, and each group has ten roles. */
export interface ExpansionSize {
  readonly users: number;
  readonly groups: number;
  readonly roles: number;
}

/** For so many users, a million grants follow from theirs. */
export const usersPerMillion = 10_000;

const groupsOfUser = 10;
const groupsOfRole = 5;

/** The number of direct memberships, and of grants that follow from them. */
export function countGrants({ users, groups, roles }: ExpansionSize): { direct: number; expanded: number } {
  return { direct: users * groupsOfUser, expanded: roles * groupsOfRole * ((users * groupsOfUser) / groups) };
}

/** @param users - A multiple of {@link usersPerMillion}. Groups have 5000 members, or fewer so that there are 50 groups. */
export function expansionSize(users: number): ExpansionSize {
  const groups = Math.max(50, 10 * Math.floor(users / 5000));
  return { users, groups, roles: 2 * groups };
}

/** Writes everything but the grants that follow from others. */
export async function writeWorld(store: SyncWriter, { users, groups, roles }: ExpansionSize): Promise<void> {
  store.putResourceTypes(['user', 'group', 'role'].map((id) => create(ResourceTypeSchema, { id, displayName: id })));
  const userIds = Array.from({ length: users }, (_, i) => `00u${String(i * 7919).padStart(17, '0')}`);
  store.putResources(userIds.map((id) => resource('user', id)));
  const members = Array.from({ length: groups }, (_, i) =>
    entitlement('group', `00g${String(i).padStart(17, '0')}`, 'member'),
  );
  const assigned = Array.from({ length: roles }, (_, i) =>
    entitlement('role', `role${String(i).padStart(8, '0')}`, 'assigned'),
  );
  for (const each of [members, assigned]) {
    store.putResources(each.map(({ resource }) => resource as Resource));
    store.putEntitlements(each);
  }
  store.startGrants();
  const perGroup = (users * groupsOfUser) / groups;
  for (const [g, { resource }] of members.entries()) {
    const stub = entitlementStub(resource as Resource, 'member');
    store.putGrants(
      Array.from({ length: perGroup }, (_, i) => ({
        entitlement: stub,
        principalType: 'user',
        principal: userIds[(g * perGroup + i) % users] as string,
      })),
    );
  }
  // The groups of a role have no member in common: groups repeat their members after a tenth of all.
  const distinct = groups / groupsOfUser;
  for (const [r, { resource }] of assigned.entries()) {
    const stub = entitlementStub(resource as Resource, 'assigned');
    const grants: ListedGrant[] = Array.from({ length: groupsOfRole }, (_, i) => {
      const group = members[((r * groupsOfRole + i) % distinct) + distinct * (r % groupsOfUser)] as Entitlement;
      const expandable = anyPack(GrantExpandableSchema, create(GrantExpandableSchema, { entitlementIds: [group.id] }));
      return { ...buildGrant(stub, 'group', group.resource?.id?.resource ?? ''), annotations: [expandable] };
    });
    store.putGrants(grants);
  }
  await store.endGrants();
}

function resource(resourceType: string, id: string): Resource {
  return create(ResourceSchema, {
    id: create(ResourceIdSchema, { resourceType, resource: id }),
    displayName: `Name of ${id}`,
  });
}

function entitlement(resourceType: string, id: string, slug: string): Entitlement {
  return create(EntitlementSchema, {
    id: `${resourceType}:${id}:${slug}`,
    resource: resource(resourceType, id),
    slug,
    displayName: slug,
    description: `Whoever has ${id}`,
  });
}
