import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { create, type DescMessage, fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyIs, anyPack } from '@bufbuild/protobuf/wkt';
import { pino } from 'pino';
import {
  BatonIDSchema,
  ExternalResourceMatchAllSchema,
  ExternalResourceMatchIDSchema,
  ExternalResourceMatchSchema,
} from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { EntitlementImmutableSchema } from '#gen/c1/connector/v2/annotation_entitlement_pb.js';
import { GrantExpandableSchema, GrantImmutableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { SkipEntitlementsAndGrantsSchema, SkipGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { AppTraitSchema, GroupTraitSchema, UserTraitSchema } from '#gen/c1/connector/v2/annotation_trait_pb.js';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { type Grant, GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import {
  type Resource,
  ResourceSchema,
  type ResourceType,
  ResourceType_Trait,
  ResourceTypeSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import { readC1z } from '../../../../src/baton/c1z/c1z-reader.ts';
import type { ExternalResourceSettings } from '../../../../src/baton/config/fields/sync.ts';
import type { ServiceEntry } from '../../../../src/baton/services/service-entry.ts';
import { wholeSync } from '../../../../src/baton/sync/sync-context.ts';
import { SyncTally } from '../../../../src/baton/sync/sync-tally.ts';
import { type SyncToFileOptions, syncToFile } from '../../../../src/baton/sync/sync-to-file.ts';
import { connectorOf } from '../listing-services.ts';

const pack = <Desc extends DescMessage>(desc: Desc, init?: MessageInitShape<Desc>) => anyPack(desc, create(desc, init));
const resource = (resourceType: string, id: string, ...annotations: Any[]) =>
  create(ResourceSchema, { id: { resourceType, resource: id }, annotations });
const entitlement = (of: Resource, slug: string) =>
  create(EntitlementSchema, { id: `${of.id?.resourceType}:${of.id?.resource}:${slug}`, slug, resource: of });
const grant = (of: Resource, slug: string, principal: Resource, ...annotations: Any[]): Grant =>
  create(GrantSchema, {
    id: `${of.id?.resourceType}:${of.id?.resource}:${slug}:${principal.id?.resourceType}:${principal.id?.resource}`,
    entitlement: entitlement(of, slug),
    principal,
    annotations,
  });
const typeOf = (id: string, trait: ResourceType_Trait, ...annotations: Any[]) =>
  create(ResourceTypeSchema, { id, traits: trait ? [trait] : [], annotations });

const { USER, GROUP, APP, UNSPECIFIED } = ResourceType_Trait;

/** A connector with these items; entitlements and grants are listed with the resource that they are of. */
function servicesOf(types: ResourceType[], resources: Resource[], slugs: Record<string, string>, grants: Grant[]) {
  return connectorOf(types, {
    listResources: ({ resourceTypeId }) => ({
      list: resources.filter(({ id }) => id?.resourceType === resourceTypeId),
    }),
    listEntitlements: ({ resource }) => {
      const of = resources.find(({ id }) => isSame(id, resource?.id));
      const slug = slugs[resource?.id?.resourceType ?? ''];
      return { list: of && slug ? [entitlement(of, slug)] : [] };
    },
    listGrants: ({ resource }) => ({
      list: grants.filter(({ entitlement }) => isSame(entitlement?.resource?.id, resource?.id)),
    }),
  });
}

const isSame = (a: Resource['id'], b: Resource['id']) =>
  a?.resourceType === b?.resourceType && a?.resource === b?.resource;

const ann = resource(
  'person',
  'ann',
  pack(UserTraitSchema, { emails: [{ address: 'Ann@X.test' }], profile: { nr: '1' } }),
);
const bob = { ...resource('person', 'bob', pack(UserTraitSchema)), profile: { nr: 'Two', email: 'bob@x.test' } };
const staff = resource('team', 'staff', pack(GroupTraitSchema, { profile: { name: 'Staff' } }));
const crew = resource('team', 'crew', pack(GroupTraitSchema, { profile: { name: 'Crew' } }));
const tool = resource('tool', 'saw', pack(AppTraitSchema, { profile: { name: 'Staff' } }));
const place = resource('place', 'hq');
const directory = servicesOf(
  [typeOf('person', USER), typeOf('team', GROUP), typeOf('tool', APP), typeOf('place', UNSPECIFIED)],
  [ann, bob, staff, crew, tool, place],
  { team: 'member', tool: 'owner', place: 'visitor' },
  [grant(staff, 'member', ann), grant(crew, 'member', bob), grant(place, 'visitor', ann)],
);

const door = resource('door', '1');
const anyone = (id: string, ...annotations: Any[]) => grant(door, 'open', resource('anyone', id), ...annotations);

async function syncOver(
  t: TestContext,
  grants: Grant[],
  settings: Partial<ExternalResourceSettings> = {},
  external: readonly ServiceEntry[] = directory,
  options: Partial<SyncToFileOptions> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'external-resources-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const run = async (name: string, services: readonly ServiceEntry[], others: Partial<SyncToFileOptions> = {}) => {
    const observer = new SyncTally(() => {});
    await syncToFile({
      ...{ path: join(folder, name), temporaryFolder: folder, keptFullSyncs: 2, observer, services },
      ...{ logger: pino({ level: 'silent' }), signal: new AbortController().signal },
      ...wholeSync,
      ...others,
    });
    return observer;
  };
  await run('external.c1z', external);
  const own = servicesOf([typeOf('door', UNSPECIFIED)], [door], { door: 'open' }, grants);
  const externalResources = { path: join(folder, 'external.c1z'), traits: [], ...settings };
  const observer = await run('sync.c1z', own, { externalResources, ...options });
  await using file = await readC1z(join(folder, 'sync.c1z'));
  const records = file.records(file.latestFinishedFullRun()?.syncId);
  return {
    types: Array.from(records.allResourceTypes(), ({ id }) => id).sort(),
    resources: [...records.allResources()],
    entitlements: [...records.allEntitlements()],
    grants: [...records.allGrants()],
    expandsFrom: records
      .grants()
      .flatMap(({ expansion }) => (expansion ? fromBinary(GrantExpandableSchema, expansion).entitlementIds : [])),
    ids: Array.from(records.allGrants(), ({ id }) => id).sort(),
    skipped: Object.fromEntries(observer.skippedCounts),
    warnings: observer.warnings,
    phases: [...observer.phases.keys()],
  };
}

const copied = ['team:crew:member:person:bob', 'team:staff:member:person:ann'];
const openers = ({ ids }: { readonly ids: readonly string[] }) => ids.filter((id) => id.startsWith('door'));

test('users and groups of the other file are copied, with their entitlements and grants', async (t) => {
  const { types, resources, entitlements, grants, ids, phases, warnings } = await syncOver(t, []);
  assert.deepEqual(types, ['door', 'person', 'team']);
  assert.deepEqual(
    resources.map(({ id, annotations }) => [id?.resource, annotations.some((any) => anyIs(any, BatonIDSchema))]),
    [
      ['1', false],
      ['ann', true],
      ['bob', true],
      ['staff', true],
      ['crew', true],
    ],
  );
  assert.deepEqual(
    entitlements.map(({ id, annotations }) => [id, annotations.some((any) => anyIs(any, EntitlementImmutableSchema))]),
    [
      ['door:1:open', false],
      ['team:staff:member', true],
      ['team:crew:member', true],
    ],
  );
  assert.deepEqual(ids, copied);
  assert.ok(grants.every(({ annotations }) => annotations.some((any) => anyIs(any, GrantImmutableSchema))));
  assert.deepEqual(phases.slice(-3), ['grants', 'external resources', 'file']);
  assert.deepEqual(warnings, []);
});

test('a grant to all with a trait becomes one for each, and goes away itself', async (t) => {
  const result = await syncOver(t, [anyone('x', pack(ExternalResourceMatchAllSchema, { resourceType: USER }))]);
  assert.deepEqual(openers(result), ['door:1:open:person:ann', 'door:1:open:person:bob']);
  const [tied] = result.grants.filter(({ id }) => id === 'door:1:open:person:ann');
  assert.equal(
    tied?.principal?.annotations.some((any) => anyIs(any, BatonIDSchema)),
    true,
  );
  assert.equal(
    tied?.annotations.some((any) => anyIs(any, ExternalResourceMatchAllSchema)),
    true,
  );
});

test('a grant is tied by id, by e-mail address or by a value of the profile, without regard to case', async (t) => {
  const match = (key: string, value: string, resourceType = USER) =>
    pack(ExternalResourceMatchSchema, { resourceType, key, value });
  for (const [annotation, expected] of [
    [pack(ExternalResourceMatchIDSchema, { id: 'crew' }), 'team:crew'],
    [match('email', 'aNN@x.test'), 'person:ann'],
    [match('email', 'BOB@x.test'), 'person:bob'],
    [match('nr', '1'), 'person:ann'],
    [match('nr', 'two'), 'person:bob'],
    [match('name', 'STAFF', GROUP), 'team:staff'],
  ] as const) {
    const result = await syncOver(t, [anyone('x', annotation)]);
    assert.deepEqual(openers(result), [`door:1:open:${expected}`]);
    assert.deepEqual(result.skipped, {});
  }
});

test('a grant that matches nothing goes away and is counted, and one of another kind stays', async (t) => {
  const result = await syncOver(t, [
    anyone('a', pack(ExternalResourceMatchIDSchema, { id: 'nobody' })),
    anyone('b', pack(ExternalResourceMatchSchema, { resourceType: USER, key: 'nr', value: '3' })),
    anyone('c', pack(ExternalResourceMatchSchema, { resourceType: APP, key: 'name', value: 'staff' })),
    anyone('d', pack(ExternalResourceMatchAllSchema, { resourceType: APP })),
    grant(door, 'open', door),
  ]);
  assert.deepEqual(openers(result), ['door:1:open:door:1']);
  assert.deepEqual(result.skipped, { 'grants that match no resource of the external file': 4 });
});

test('a grant that already names its principal keeps its row', async (t) => {
  // So many that the indexes stay, and the new grant replaces the old one.
  const others = Array.from({ length: 200 }, (_, i) => grant(door, 'open', resource('door', `other ${i}`)));
  const carrier = grant(door, 'open', ann, pack(ExternalResourceMatchIDSchema, { id: 'ann' }));
  const result = await syncOver(t, [...others, carrier]);
  assert.equal(openers(result).filter((id) => id === 'door:1:open:person:ann').length, 1);
});

test('a tied grant expands from the same entitlements of its new principal', async (t) => {
  const expandable = pack(GrantExpandableSchema, {
    entitlementIds: ['bid:e:anyone/x:member', 'bid:e:anyone/x:gone', 'bid:e:anyone/y:member', 'nonsense'],
  });
  for (const match of [
    pack(ExternalResourceMatchIDSchema, { id: 'staff' }),
    pack(ExternalResourceMatchSchema, { resourceType: GROUP, key: 'name', value: 'staff' }),
  ]) {
    const result = await syncOver(t, [anyone('x', match, expandable)]);
    assert.deepEqual(openers(result), ['door:1:open:person:ann', 'door:1:open:team:staff']);
    assert.deepEqual(result.expandsFrom, ['team:staff:member']);
  }
});

test('other traits replace users and groups', async (t) => {
  const match = pack(ExternalResourceMatchSchema, { resourceType: APP, key: 'name', value: 'staff' });
  const result = await syncOver(t, [anyone('x', match)], { traits: [APP] });
  assert.deepEqual([result.types, result.ids], [['door', 'tool'], ['door:1:open:tool:saw']]);
});

test('an entitlement selects the principals that have it', async (t) => {
  const { types, resources, ids } = await syncOver(t, [], { entitlementId: 'team:staff:member' });
  assert.deepEqual(types, ['door', 'person']);
  assert.deepEqual(
    resources.map(({ id }) => id?.resource),
    ['1', 'ann'],
  );
  assert.deepEqual(ids, []);
  await assert.rejects(syncOver(t, [], { entitlementId: 'team:gone:member' }), {
    message: /external file has no entitlement team:gone:member/,
  });
});

test('what the other file says to skip is skipped', async (t) => {
  const quiet = { ...staff, annotations: [...staff.annotations, pack(SkipGrantsSchema)] };
  const silent = { ...crew, annotations: [...crew.annotations, pack(SkipEntitlementsAndGrantsSchema)] };
  // Listed with somebody whom nothing tells to skip.
  const external = connectorOf([typeOf('person', USER), typeOf('team', GROUP)], {
    listResources: ({ resourceTypeId }) => ({ list: resourceTypeId === 'person' ? [ann] : [quiet, silent] }),
    listEntitlements: ({ resource }) => ({
      list: isSame(resource?.id, ann.id) ? [entitlement(quiet, 'member'), entitlement(silent, 'member')] : [],
    }),
    listGrants: ({ resource }) => ({
      list: isSame(resource?.id, ann.id) ? [grant(quiet, 'member', ann), grant(silent, 'member', ann)] : [],
    }),
  });
  const { entitlements, ids } = await syncOver(t, [], {}, external);
  assert.deepEqual([entitlements.map(({ id }) => id), ids], [['door:1:open', 'team:staff:member'], []]);
});

test('a file that does not exist is an error', async (t) => {
  await assert.rejects(syncOver(t, [], { path: '/nowhere.c1z' }), /nowhere\.c1z does not exist/);
});

test('grants to users of the other file are stored though their type is not listed', async (t) => {
  const { ids, skipped } = await syncOver(t, [grant(door, 'open', ann), grant(door, 'open', tool)]);
  assert.deepEqual(ids, ['door:1:open:person:ann', ...copied]);
  assert.deepEqual(skipped, { 'grants of types that were not listed': 1 });
});
