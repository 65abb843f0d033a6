// Writes a .c1z file with the syncs of a generated organization: people, roles, courses, and who completed them.
import { create } from '@bufbuild/protobuf';
import {
  type Resource,
  type ResourceType,
  ResourceType_Trait,
  ResourceTypeSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import { openC1z } from '../../src/baton/c1z/c1z-file.ts';
import type { SyncWriter } from '../../src/baton/c1z/sync-writer.ts';
import { buildAssignmentEntitlement } from '../../src/baton/messages/entitlement.ts';
import { entitlementStub } from '../../src/baton/messages/grant.ts';
import { buildResource, buildRoleResource, buildUserResource } from '../../src/baton/messages/resource.ts';

export interface OrganizationSize {
  readonly users: number;
  readonly courses: number;
  /** Of each user: in as many courses, half of them completed. */
  readonly grantsPerUser: number;
}

const type = (id: string, displayName: string, traits: ResourceType_Trait[] = []) =>
  create(ResourceTypeSchema, { id, displayName, traits });
const userType = type('user', 'User', [ResourceType_Trait.USER]);
const roleType = type('role', 'Role', [ResourceType_Trait.ROLE]);
const courseType = type('course', 'Course');

const givenNames = ['Ana', 'Ben', 'Chen', 'Dana', 'Elif', 'Femi', 'Goran', 'Hana', 'Ines', 'Jürgen', 'Kofi'];
const familyNames = [
  'Abe',
  'Brandt',
  'Castro',
  'Diaz',
  'Evans',
  'Fischer',
  'Garcia',
  'Haas',
  'Ito',
  'Jones',
  'Kim',
  'Li',
  'Moreau',
];
const roleNames = ['Learner', 'Content Administrator', 'Learning Administrator', 'Site Administrator', 'Team Manager'];
const perPage = 10_000;

/** Adds a sync to a file. Of each generation, a thousandth of people and grants differ from the one before. */
export async function writeOrganization(path: string, size: OrganizationSize, generation = 0): Promise<void> {
  await using file = await openC1z(path);
  const store = file.startSync({ type: 'full' });
  store.putResourceTypes([userType, roleType, courseType]);
  const first = Math.floor(size.users / 1000) * generation;
  const userIds = Array.from({ length: size.users }, (_, i) => idOf('0000', first + i));
  for (let from = 0; from < size.users; from += perPage) {
    const ids = userIds.slice(from, from + perPage);
    store.putResources(ids.map((id, i) => buildUser(id, first + from + i)));
  }
  const roles = roleNames.map((displayName, i) => buildRoleResource({ type: roleType, id: `role${i}`, displayName }));
  store.putResources(roles);
  const courses = Array.from({ length: size.courses }, (_, i) =>
    buildResource({
      type: courseType,
      id: idOf('c000', i),
      displayName: `Course ${i}: ${i % 2 ? 'Security' : 'Leadership'} Basics`,
    }),
  );
  store.putResources(courses);
  store.putEntitlements(roles.map((role) => entitlement(role, 'assigned', roleType)));
  store.putEntitlements(
    courses.flatMap((course) => ['completed', 'in_progress'].map((slug) => entitlement(course, slug, courseType))),
  );
  store.startGrants();
  writeGrants(store, size, { userIds, first, courses, roles });
  await store.end({ syncToken: '{}', supportsDiff: true });
  await file.save();
}

function writeGrants(
  store: SyncWriter,
  { users, grantsPerUser }: OrganizationSize,
  {
    userIds,
    first,
    courses,
    roles,
  }: { userIds: readonly string[]; first: number; courses: readonly Resource[]; roles: readonly Resource[] },
): void {
  for (const [i, course] of courses.entries()) {
    const count = Math.round((users * grantsPerUser) / courses.length);
    const stubs = [entitlementStub(course, 'completed'), entitlementStub(course, 'in_progress')] as const;
    for (const [half, stub] of stubs.entries()) {
      const principals = Array.from({ length: count }, (_, k) => (i * 7919 + k) % users)
        .filter((k) => (k + first + i) % 2 === half)
        .sort((a, b) => a - b);
      store.putGrants(
        principals.map((k) => ({ entitlement: stub, principalType: 'user', principal: userIds[k] ?? '' })),
      );
    }
  }
  for (const [r, role] of roles.entries()) {
    const stub = entitlementStub(role, 'assigned');
    const principals = userIds.filter((_, k) => (first + k) % 50 === r || (r === 0 && (first + k) % 50 > 4));
    store.putGrants(principals.map((principal) => ({ entitlement: stub, principalType: 'user', principal })));
  }
}

function buildUser(id: string, number: number): Resource {
  const given = givenNames[number % givenNames.length] ?? '';
  const family = familyNames[Math.floor(number / givenNames.length) % familyNames.length] ?? '';
  const email = `${given}.${family}.${number}@example.com`.toLowerCase();
  return buildUserResource({
    type: userType,
    id,
    displayName: `${given} ${family}`,
    enabled: number % 20 !== 0,
    email,
    login: email,
    profile: {
      department: `Department ${number % 40}`,
      external_id: `E${number}`,
      first_name: given,
      job_title: 'Engineer',
      last_name: family,
      role: 'LEARNER',
    },
  });
}

function entitlement(resource: Resource, slug: string, { displayName }: ResourceType) {
  return buildAssignmentEntitlement({
    resource,
    slug,
    displayName: `${resource.displayName} ${displayName} ${slug}`,
    description: '',
    grantableTo: [userType],
  });
}

function idOf(prefix: string, number: number): string {
  return `${prefix}a1b2-77aa-4e2c-9d10-${String(number).padStart(12, '0')}`;
}
