// A .c1z file for tests: an academy with people, groups, roles and courses, which other syncs can follow.
import type { TestContext } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { GrantMetadataSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { type Grant, GrantSourcesSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { type Resource, ResourceType_Trait, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import { openSyncs } from '../../../src/baton/inspect/open-syncs.ts';
import type { SyncView } from '../../../src/baton/inspect/sync-view.ts';
import { buildResource, buildUserResource } from '../../../src/baton/messages/resource.ts';
import { annotation, entitlement, grant, resource, syncToken } from '../c1z/sample-records.ts';
import { c1zPlace } from '../c1z/temporary-folder.ts';

export const types = {
  user: create(ResourceTypeSchema, { id: 'user', displayName: 'User', traits: [ResourceType_Trait.USER] }),
  group: create(ResourceTypeSchema, { id: 'group', displayName: 'Group', traits: [ResourceType_Trait.GROUP] }),
  role: create(ResourceTypeSchema, { id: 'role', displayName: 'Role', traits: [ResourceType_Trait.ROLE] }),
  course: create(ResourceTypeSchema, { id: 'course', displayName: 'Course' }),
};

export const person = (id: string, displayName: string, enabled = true): Resource =>
  buildUserResource({
    type: types.user,
    id,
    displayName,
    enabled,
    email: `${id}@academy.test`,
    login: `login-${id}`,
    profile: { department: 'Physics' },
  });

export const ada = person('u1', 'Ada Lovelace');
export const blaise = person('u2', 'Blaise Pascal');
/** Has the same name as another one, and is disabled. */
export const formerAda = person('u3', 'Ada Lovelace', false);
/** Nothing is granted to her. */
export const emmy = person('u4', 'Émmy Noether', false);
export const staff = buildResource({ type: types.group, id: 'g1', displayName: 'Staff' });
export const teacher = buildResource({ type: types.role, id: 'r1', displayName: 'Teacher' });
export const student = buildResource({ type: types.role, id: 'r2', displayName: 'Student' });
export const algebra = buildResource({ type: types.course, id: 'c1', displayName: 'Algebra' });
export const analysis = buildResource({ type: types.course, id: 'c2', displayName: 'Analysis' });

export const memberOfStaff = entitlement(staff, 'member', 'Staff member');
export const isTeacher = entitlement(teacher, 'assigned', 'Teacher assigned');
export const isStudent = entitlement(student, 'assigned', 'Student assigned');
export const completed = (course: Resource) => entitlement(course, 'completed', `${course.displayName} completed`);
export const inProgress = (course: Resource) => entitlement(course, 'in_progress', `${course.displayName} in progress`);

const metadata = annotation(GrantMetadataSchema, { metadata: { completed_date: '2026-05-04' } });

/** A grant that follows from that of another entitlement, besides being direct if `isDirect`. */
const expanded = (to: Grant, source: string, isDirect: boolean): Grant => ({
  ...to,
  sources: create(GrantSourcesSchema, {
    sources: { [source]: { isDirect: true }, ...(isDirect && { [to.entitlement?.id ?? '']: { isDirect } }) },
  }),
});

/** What one sync finds. */
export interface Academy {
  readonly resources: readonly Resource[];
  readonly grants: readonly Grant[];
}

export const firstTerm: Academy = {
  resources: [ada, blaise, formerAda, emmy, staff, teacher, student, algebra, analysis],
  grants: [
    grant(memberOfStaff, ada),
    grant(memberOfStaff, blaise),
    expanded(grant(isTeacher, ada), memberOfStaff.id, true),
    expanded(grant(isTeacher, blaise), memberOfStaff.id, false),
    grant(isStudent, formerAda),
    grant(completed(algebra), ada, [metadata]),
    grant(inProgress(algebra), blaise),
    grant(completed(analysis), formerAda),
    // Not listed.
    grant(completed(algebra), resource('user', 'u9')),
  ],
};

/** Writes the syncs to a file, one after the other. @returns its path */
export async function writeAcademy(t: TestContext, ...terms: readonly Academy[]): Promise<string> {
  const { path, temporaryFolder } = await c1zPlace(t);
  for (const { resources, grants } of terms) {
    await using file = await openC1z(path, { temporaryFolder });
    const sync = file.startSync({ type: 'full' });
    sync.putResourceTypes(Object.values(types));
    sync.putResources(resources);
    sync.putEntitlements([memberOfStaff, isTeacher, isStudent]);
    sync.putEntitlements([algebra, analysis].flatMap((course) => [completed(course), inProgress(course)]));
    sync.putGrants(grants);
    await sync.end({ syncToken });
    await file.save();
  }
  return path;
}

/** The last sync of such a file. */
export async function viewAcademy(t: TestContext, ...terms: readonly Academy[]): Promise<SyncView> {
  const syncs = await openSyncs(await writeAcademy(t, ...(terms.length === 0 ? [firstTerm] : terms)));
  t.after(() => syncs[Symbol.asyncDispose]());
  if (!syncs.shown) throw new Error('the file has no sync');
  return syncs.view(syncs.shown);
}
