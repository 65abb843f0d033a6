import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { BatonIDSchema, ExternalResourceMatchIDSchema } from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { GrantExpandableSchema, InsertResourceGrantsSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { UserTraitSchema } from '#gen/c1/connector/v2/annotation_trait_pb.js';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { type Grant, GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceSchema, ResourceType_Trait, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { Code } from '../../../src/baton/author/service-error.ts';
import { connectorOf, syncServices } from './listing-services.ts';

const pack = <Desc extends DescMessage>(desc: Desc, init?: MessageInitShape<Desc>) => anyPack(desc, create(desc, init));
const resource = (resourceType: string, id: string, ...annotations: Any[]) =>
  create(ResourceSchema, { id: { resourceType, resource: id }, annotations });
const entitlement = (of: string, slug: string, ...annotations: Any[]) =>
  create(EntitlementSchema, {
    id: `room:${of}:${slug}`,
    slug,
    resource: resource('room', of),
    annotations,
  });
const grant = (principalType: string, principal: string, ...annotations: Any[]): Grant =>
  create(GrantSchema, {
    id: `room:1:key:${principalType}:${principal}`,
    entitlement: entitlement('1', 'key'),
    principal: resource(principalType, principal),
    annotations,
  });

const changed = (fields: Partial<Grant>): Grant => ({ ...grant('guest', 'g'), ...fields });
const keyOf = (of?: ReturnType<typeof resource>, id = 'x') =>
  create(EntitlementSchema, { id, ...(of && { resource: of }) });

const roomType = create(ResourceTypeSchema, { id: 'room' });
const guestType = create(ResourceTypeSchema, { id: 'guest', traits: [ResourceType_Trait.USER] });
const types = [roomType, guestType];
const guest = resource('guest', 'g', pack(UserTraitSchema));
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
const skipped = (events: readonly string[]) => events.filter((event) => event.startsWith('skipped'));

/** Syncs one room, whose listings return the items. */
function syncRoom(
  { resources = [], entitlements = [], grants = [], annotations = [] }: Partial<Room>,
  only: string[] = [],
) {
  const services = connectorOf(types, {
    listResources: ({ resourceTypeId }) => ({
      list: resourceTypeId === 'room' ? [resource('room', '1'), ...resources] : [guest],
    }),
    listEntitlements: ({ resource }) => ({ list: resource?.id?.resource === '1' ? entitlements : [] }),
    listGrants: ({ resource }) => (resource?.id?.resource === '1' ? { list: grants, annotations } : {}),
  });
  return syncServices(services, { resourceTypeIds: only });
}

interface Room {
  readonly resources: ReturnType<typeof resource>[];
  readonly entitlements: ReturnType<typeof entitlement>[];
  readonly grants: Grant[];
  readonly annotations: Any[];
}

const failsWith = (reason: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Error && 'reason' in error && 'code' in error);
  assert.match(error.message, message);
  assert.equal(error.reason, reason);
  return error.code === Code.Internal;
};

test('a resource of another type than was listed is checked by its own type', async () => {
  const other = resource('guest', 'h', pack(UserTraitSchema));
  assert.equal((await syncRoom({ resources: [other] })).resources.length, 3);
  await assert.rejects(
    syncRoom({ resources: [resource('guest', 'h')] }),
    failsWith('missing_trait', /guest h has no UserTrait/),
  );
});

test('resources of types that are not listed are skipped and counted', async () => {
  const { resources, events } = await syncRoom({ resources: [resource('spa', '1'), resource('room', '2')] });
  assert.deepEqual(
    resources.map(({ id }) => id?.resource),
    ['g', '1', '2'],
  );
  assert.deepEqual(skipped(events), ['skipped: 1 resources of types that were not listed']);
});

for (const [what, room] of Object.entries({
  'a resource': { resources: [resource('room', '2', pack(BatonIDSchema))] },
  'a resource without an id': { resources: [resource('room', '', pack(BatonIDSchema))] },
  "an entitlement's resource": {
    entitlements: [create(EntitlementSchema, { id: 'x', resource: resource('room', '1', pack(BatonIDSchema)) })],
  },
  'an inserted resource': {
    grants: [changed({ entitlement: keyOf(resource('room', '2', pack(BatonIDSchema))) })],
    annotations: [pack(InsertResourceGrantsSchema)],
  },
})) {
  test(`${what} with a BatonID fails the sync: only a sync may set it`, async () => {
    await assert.rejects(syncRoom(room), failsWith('reserved_annotation', /carries a BatonID annotation/));
  });
}

test('entitlements that lack something, or are of types that are not listed, are skipped and counted', async () => {
  const { entitlements, events } = await syncRoom({
    entitlements: [
      entitlement('1', 'key'),
      create(EntitlementSchema, { resource: resource('room', '1') }),
      create(EntitlementSchema, { id: 'a' }),
      create(EntitlementSchema, { id: 'b', resource: resource('', '1') }),
      create(EntitlementSchema, { id: 'c', resource: resource('room', '') }),
      create(EntitlementSchema, { id: 'd', resource: resource('spa', '1') }),
    ],
  });
  assert.deepEqual(ids(entitlements), ['room:1:key']);
  assert.deepEqual(
    new Set(skipped(events)),
    new Set([
      'skipped: 1 entitlements without an id or a resource',
      'skipped: 1 entitlements of types that were not listed',
    ]),
  );
});

test('grants that lack something are skipped and counted', async () => {
  const lacking = [
    { id: '' },
    { entitlement: keyOf(resource('room', '1'), '') },
    { entitlement: keyOf() },
    { entitlement: keyOf(resource('room', '')) },
    { entitlement: keyOf(resource('', '1')) },
    { principal: create(ResourceSchema) },
    { principal: resource('', 'g') },
    { principal: resource('guest', '') },
  ].map(changed);
  const { grants, events } = await syncRoom({ grants: [...lacking, grant('guest', 'g')] });
  assert.deepEqual(ids(grants), ['room:1:key:guest:g']);
  assert.deepEqual(skipped(events), ['skipped: 8 grants without an id, an entitlement or a principal']);
});

test('grants that refer to types that are not listed are skipped and counted, but not if they match other files', async () => {
  const ofSpa = changed({ entitlement: keyOf(resource('spa', '1')) });
  const matching = grant('anyone', 'g', pack(ExternalResourceMatchIDSchema, { id: 'g' }));
  const { grants, events } = await syncRoom({ grants: [ofSpa, grant('alien', 'a'), matching, grant('guest', 'g')] });
  assert.deepEqual(ids(grants), ['room:1:key:anyone:g', 'room:1:key:guest:g']);
  assert.deepEqual(skipped(events), ['skipped: 2 grants of types that were not listed']);
});

test('an expansion is limited to types that are listed, and dropped if there are none', async () => {
  const expand = (...resourceTypeIds: string[]) =>
    pack(GrantExpandableSchema, { entitlementIds: ['room:1:key'], resourceTypeIds, shallow: true });
  const { expansions, events } = await syncRoom({
    entitlements: [entitlement('1', 'key')],
    grants: [grant('room', '1', expand('alien', 'guest')), grant('guest', 'g', expand('alien', 'spa'))],
  });
  assert.deepEqual(Object.keys(expansions), ['room:1:key:room:1']);
  assert.deepEqual(expansions['room:1:key:room:1']?.resourceTypeIds, ['guest']);
  assert.equal(expansions['room:1:key:room:1']?.shallow, true);
  assert.deepEqual(skipped(events), [
    'skipped: 1 expansions to types that were not listed',
    'skipped: 2 expansions to types that were not listed',
  ]);
});

test('a malformed expansion fails the sync', async () => {
  const malformed = { ...pack(GrantExpandableSchema), value: Uint8Array.of(0xff) };
  await assert.rejects(
    syncRoom({ grants: [grant('guest', 'g', malformed)] }),
    failsWith('malformed_annotation', /GrantExpandable annotation of grant room:1:key:guest:g/),
  );
});

test('what --sync-resource-types excludes is counted under its name', async () => {
  const { grants, events } = await syncRoom({ resources: [guest], grants: [grant('guest', 'g'), grant('room', '1')] }, [
    'room',
  ]);
  assert.deepEqual(ids(grants), ['room:1:key:room:1']);
  assert.deepEqual(
    new Set(skipped(events)),
    new Set([
      'skipped: 1 resources of types excluded by --sync-resource-types',
      'skipped: 1 grants of types excluded by --sync-resource-types',
    ]),
  );
});
