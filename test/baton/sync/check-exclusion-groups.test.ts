import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { EntitlementExclusionGroupSchema } from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { ResourceSchema, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { Code } from '../../../src/baton/author/service-error.ts';
import { connectorOf, syncServices } from './listing-services.ts';

type Group = MessageInitShape<typeof EntitlementExclusionGroupSchema>;

const group = (fields: Group) =>
  anyPack(EntitlementExclusionGroupSchema, create(EntitlementExclusionGroupSchema, fields));

/** Syncs rooms and spas; each item is the annotations of one entitlement. */
function syncEntitlements(rooms: readonly Any[][], spas: readonly Any[][] = []) {
  const list = (resourceType: string, annotations: readonly Any[][]) =>
    annotations.map((each, i) =>
      create(EntitlementSchema, {
        id: `${resourceType}:1:${i}`,
        resource: { id: { resourceType, resource: '1' } },
        annotations: each,
      }),
    );
  return syncServices(
    connectorOf(
      ['room', 'spa'].map((id) => create(ResourceTypeSchema, { id })),
      {
        listResources: ({ resourceTypeId: resourceType }) => ({
          list: [create(ResourceSchema, { id: { resourceType, resource: '1' } })],
        }),
        listEntitlements: ({ resource }) => ({
          list: resource?.id?.resourceType === 'room' ? list('room', rooms) : list('spa', spas),
        }),
      },
    ),
  );
}

const times = (count: number, annotations: Any[]) => Array.from({ length: count }, () => annotations);

const fine: Record<string, Parameters<typeof syncEntitlements>> = {
  'one default, and 50 entitlements': [
    [[group({ exclusionGroupId: 'a', isDefault: true })], ...times(49, [group({ exclusionGroupId: 'a' })])],
  ],
  'two defaults without a group': [times(2, [group({ isDefault: true })])],
  'two groups of two types': [[[group({ exclusionGroupId: 'a' })]], [[group({ exclusionGroupId: 'b' })]]],
  'an entitlement that names its group 51 times': [
    [times(51, []).map(() => group({ exclusionGroupId: 'a', isDefault: true }))],
  ],
};
for (const [what, [rooms, spas]] of Object.entries(fine)) {
  test(`exclusion groups may have ${what}`, async () => {
    const { entitlements } = await syncEntitlements(rooms, spas);
    assert.equal(entitlements.length, rooms.length + (spas?.length ?? 0));
  });
}

const broken: Record<
  string,
  { readonly of: Parameters<typeof syncEntitlements>; readonly message: RegExp; readonly reason?: string }
> = {
  'two defaults': {
    of: [times(2, [group({ exclusionGroupId: 'a', isDefault: true })])],
    message: /exclusion group a has two default entitlements, room:1:0 and room:1:1/,
  },
  '51 entitlements': {
    of: [times(51, [group({ exclusionGroupId: 'a' })])],
    message: /exclusion group a has more than 50 entitlements/,
  },
  'two resource types': {
    of: [[[group({ exclusionGroupId: 'a' })]], [[group({ exclusionGroupId: 'a' })]]],
    message: /exclusion group a contains entitlements of two resource types, (?:room and spa|spa and room)/,
  },
  'a second annotation of an entitlement that breaks a rule': {
    of: [
      [
        [group({ exclusionGroupId: 'b' }), group({ exclusionGroupId: 'a', isDefault: true })],
        [group({ exclusionGroupId: 'a', isDefault: true })],
      ],
    ],
    message: /exclusion group a has two default/,
  },
  'an annotation that cannot be read': {
    of: [[[{ ...group({}), value: Uint8Array.of(0xff) }]]],
    message: /EntitlementExclusionGroup annotation of entitlement room:1:0 is malformed/,
    reason: 'malformed_annotation',
  },
};
for (const [what, { of, message, reason = 'exclusion_group' }] of Object.entries(broken)) {
  test(`a sync fails if an exclusion group has ${what}`, async () => {
    await assert.rejects(syncEntitlements(...of), (error: unknown) => {
      assert.ok(error instanceof Error && 'reason' in error && 'code' in error);
      assert.match(error.message, message);
      assert.equal(error.reason, reason);
      return error.code === Code.Internal;
    });
  });
}
