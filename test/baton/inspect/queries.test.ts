import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaverSearch } from '../../../src/baton/inspect/find-leavers.ts';
import { findEntitlements, findResources } from '../../../src/baton/inspect/find-named.ts';
import { type GrantFilter, listGrants } from '../../../src/baton/inspect/list-grants.ts';
import { listEntitlements, listResources } from '../../../src/baton/inspect/list-resources.ts';
import { openSyncs } from '../../../src/baton/inspect/open-syncs.ts';
import { countContents } from '../../../src/baton/inspect/summarize-file.ts';
import type { SyncView } from '../../../src/baton/inspect/sync-view.ts';
import { grant, resource } from '../c1z/sample-records.ts';
import { algebra, firstTerm, isStudent, person, student, viewAcademy, writeAcademy } from './academy.ts';

const grantIds = (view: SyncView, filter: GrantFilter) => Array.from(listGrants(view, filter), ({ id }) => id);

test('a resource is shown with its traits, status and profile', async (t) => {
  const view = await viewAcademy(t);
  const { rowId: _, ...formerAda } = view.resource({ type: 'user', id: 'u3' }) ?? assert.fail();
  assert.deepEqual(formerAda, {
    type: 'user',
    id: 'u3',
    name: 'Ada Lovelace',
    email: 'u3@academy.test',
    status: 'disabled',
    isListed: true,
    description: '',
    parent: undefined,
    statusDetails: '',
    emails: ['u3@academy.test'],
    logins: ['login-u3'],
    employeeIds: [],
    profile: { department: 'Physics' },
    createdAt: undefined,
    lastLogin: undefined,
  });
  assert.equal(view.resource({ type: 'user', id: 'u9' }), undefined);
  assert.deepEqual(view.refOf({ type: 'user', id: 'u9' }), {
    type: 'user',
    id: 'u9',
    name: 'u9',
    email: '',
    status: undefined,
    isListed: false,
  });
});

test('resources are listed by type and status, in pages, and of the last sync alone', async (t) => {
  const view = await viewAcademy(t, firstTerm, firstTerm);
  const ids = (filter: Parameters<typeof listResources>[1]) => Array.from(listResources(view, filter), ({ id }) => id);
  assert.deepEqual(ids({}), ['u1', 'u2', 'u3', 'u4', 'g1', 'r1', 'r2', 'c1', 'c2']);
  assert.deepEqual(ids({ types: ['user'], status: 'disabled' }), ['u3', 'u4']);
  assert.deepEqual(ids({ types: ['role', 'group'] }), ['g1', 'r1', 'r2']);
  const [first] = listResources(view, { types: ['user'], limit: 1 });
  assert.deepEqual(ids({ types: ['user'], afterRowId: first?.rowId, limit: 2 }), ['u2', 'u3']);
});

test('entitlements are listed by resource', async (t) => {
  const view = await viewAcademy(t);
  const [completed, ...others] = listEntitlements(view, { resource: { type: 'course', id: 'c1' } });
  const { rowId: _, ...rest } = completed ?? assert.fail();
  assert.deepEqual(rest, {
    id: 'course:c1:completed',
    name: 'Algebra completed',
    slug: 'completed',
    description: '',
    resource: { type: 'course', id: 'c1' },
    purpose: '',
    grantableTo: [],
  });
  assert.deepEqual(
    others.map(({ slug }) => slug),
    ['in_progress'],
  );
  assert.equal([...listEntitlements(view, { types: ['role', 'group'] })].length, 3);
});

test('grants are found by each filter, and by all of them', async (t) => {
  const view = await viewAcademy(t, firstTerm, firstTerm);
  const ada = { type: 'user', id: 'u1' };
  const course = { type: 'course', id: 'c1' };
  assert.equal(grantIds(view, {}).length, firstTerm.grants.length);
  assert.deepEqual(grantIds(view, { principal: ada }), [
    'group:g1:member:user:u1',
    'role:r1:assigned:user:u1',
    'course:c1:completed:user:u1',
  ]);
  assert.deepEqual(grantIds(view, { resource: course }), [
    'course:c1:completed:user:u1',
    'course:c1:in_progress:user:u2',
    'course:c1:completed:user:u9',
  ]);
  const ofAlgebra = new Set(['course:c1:completed']);
  assert.deepEqual(grantIds(view, { entitlements: ofAlgebra }), [
    'course:c1:completed:user:u1',
    'course:c1:completed:user:u9',
  ]);
  assert.deepEqual(grantIds(view, { entitlements: new Set(['course:c2:completed', 'course:c1:in_progress']) }), [
    'course:c2:completed:user:u3',
    'course:c1:in_progress:user:u2',
  ]);
  assert.deepEqual(grantIds(view, { entitlements: new Set() }), []);
  assert.deepEqual(grantIds(view, { types: ['role'], status: 'disabled' }), ['role:r2:assigned:user:u3']);
  assert.deepEqual(grantIds(view, { principal: ada, resource: course, entitlements: ofAlgebra, types: ['course'] }), [
    'course:c1:completed:user:u1',
  ]);
  assert.deepEqual(grantIds(view, { principal: ada, entitlements: new Set(['course:c1:in_progress', 'other']) }), []);
  assert.equal(grantIds(view, { limit: 2 }).length, 2);
});

test('many entitlements are looked for in all grants, a page at a time too', async (t) => {
  const view = await viewAcademy(t);
  const many = new Set(Array.from({ length: 200 }, (_, i) => `other:${i}`))
    .add('course:c1:completed')
    .add('role:r1:assigned');
  const [first, ...others] = listGrants(view, { entitlements: many });
  assert.equal(first?.id, 'role:r1:assigned:user:u1');
  assert.deepEqual(
    grantIds(view, { entitlements: many, afterRowId: first.rowId }),
    others.map(({ id }) => id),
  );
});

test('a grant says by what way it is held, and what the connector says about it', async (t) => {
  const view = await viewAcademy(t);
  const ways = Array.from(listGrants(view), ({ id, isDirect, via, details }) => ({ id, isDirect, via, details }));
  const of = (id: string) => ways.find((way) => way.id === id);
  assert.deepEqual(of('group:g1:member:user:u1'), {
    id: 'group:g1:member:user:u1',
    isDirect: true,
    via: [],
    details: {},
  });
  assert.deepEqual(of('role:r1:assigned:user:u1')?.via, ['group:g1:member']);
  assert.equal(of('role:r1:assigned:user:u1')?.isDirect, true);
  assert.equal(of('role:r1:assigned:user:u2')?.isDirect, false);
  assert.deepEqual(of('course:c1:completed:user:u1')?.details, { completed_date: '2026-05-04' });
});

test('a resource is found by id, e-mail address, login, name and parts of its name', async (t) => {
  const view = await viewAcademy(t);
  const find = (text: string, types?: string[]) => {
    const found = findResources(view, text, { types });
    return found && [found.by, found.total, ...found.items.map(({ id }) => id)];
  };
  assert.deepEqual(find('user:u1'), ['id', 1, 'u1']);
  assert.deepEqual(find('u1'), ['id', 1, 'u1']);
  assert.deepEqual(find('U1@ACADEMY.test'), ['contact', 1, 'u1']);
  assert.deepEqual(find('login-u2'), ['contact', 1, 'u2']);
  assert.deepEqual(find('ada lovelace'), ['name', 2, 'u1', 'u3']);
  assert.deepEqual(find('pascal blai'), ['part', 1, 'u2']);
  assert.deepEqual(find('E\u0301MMY noether'), ['name', 1, 'u4']);
  assert.deepEqual(find('al'), ['part', 3, 'u2', 'c1', 'c2']);
  assert.deepEqual(find('al', ['course']), ['part', 2, 'c1', 'c2']);
  assert.equal(find('nobody'), undefined);
  assert.equal(find(' '), undefined);
  assert.deepEqual(findResources(view, 'al', { limit: 1 })?.items.length, 1);
});

test('an entitlement is found by id, display name and slug', async (t) => {
  const view = await viewAcademy(t);
  const find = (text: string) => {
    const found = findEntitlements(view, text);
    return found && [found.by, ...found.items.map(({ id }) => id)];
  };
  assert.deepEqual(find('role:r1:assigned'), ['id', 'role:r1:assigned']);
  assert.deepEqual(find('algebra COMPLETED'), ['name', 'course:c1:completed']);
  assert.deepEqual(find('Completed'), ['name', 'course:c1:completed', 'course:c2:completed']);
  assert.deepEqual(find('student'), ['part', 'role:r2:assigned']);
});

test('leavers are the disabled and the missing who still hold something', async (t) => {
  const view = await viewAcademy(t, firstTerm, { ...firstTerm, grants: firstTerm.grants.slice(4) });
  const leavers = Array.from(new LeaverSearch(view).leavers(), ({ principal, reason, grants, grantsByType }) => ({
    id: principal.id,
    reason,
    grants,
    grantsByType: Object.fromEntries(grantsByType),
  }));
  assert.deepEqual(leavers, [
    { id: 'u3', reason: 'disabled', grants: 2, grantsByType: { course: 1, role: 1 } },
    { id: 'u9', reason: 'gone', grants: 1, grantsByType: { course: 1 } },
  ]);
});

test('among many people, leavers are found in steps', async (t) => {
  const people = Array.from({ length: 450 }, (_, i) => person(`p${i}`, `Person ${i}`, i !== 449));
  const grants = [...people, resource('user', 'gone1'), resource('user', 'z')].map((who) => grant(isStudent, who));
  const search = new LeaverSearch(await viewAcademy(t, { resources: [...people, student], grants }));
  let steps = 0;
  for (const _ of search.findSuspects()) steps++;
  // Two of people, and three of principals.
  assert.equal(steps, 5);
  const found = Array.from(search.leavers(), ({ principal, reason }) => [principal.id, reason]);
  assert.deepEqual(found, [
    ['p449', 'disabled'],
    ['gone1', 'gone'],
    ['z', 'gone'],
  ]);
});

test('the contents of a sync are counted by type, status and slug', async (t) => {
  const { types, dangling } = countContents(await viewAcademy(t, firstTerm, firstTerm));
  assert.deepEqual(
    types.map(({ type, resources, statuses, entitlements, grants }) => [
      ...[type.id, resources, Object.fromEntries(statuses), entitlements, Object.fromEntries(grants)],
    ]),
    [
      ['user', 4, { enabled: 2, disabled: 2 }, 0, {}],
      ['group', 1, {}, 1, { member: 2 }],
      ['role', 2, {}, 2, { assigned: 3 }],
      ['course', 2, {}, 4, { completed: 3, in_progress: 1 }],
    ],
  );
  assert.deepEqual(
    dangling.map(({ kind, missingIds }) => [kind, missingIds]),
    [['grants to principals that were not listed', ['user:u9']]],
  );
});

test('the sync that is shown is the last full one, or else the last one', async (t) => {
  const path = await writeAcademy(t, firstTerm, { ...firstTerm, resources: [algebra] });
  await using syncs = await openSyncs(path);
  assert.equal(syncs.runs.length, 2);
  assert.equal(syncs.shown?.syncId, syncs.runs[1]?.syncId);
  const [former] = syncs.runs;
  assert.equal([...listResources(syncs.view(former ?? assert.fail()))].length, firstTerm.resources.length);
});

test('a damaged row is reported as a damaged file', async (t) => {
  const view = await viewAcademy(t);
  view.db.exec("update v1_resources set data = x'ff' where external_id = 'course:c2'");
  assert.throws(() => [...listResources(view)], { name: 'C1zError', reason: 'damaged', message: /is damaged/ });
  view.db.exec('drop table v1_grants');
  assert.throws(() => [...listGrants(view)], { name: 'C1zError', reason: 'damaged' });
});
