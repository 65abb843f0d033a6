import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  type UserTrait,
  UserTrait_AccountType,
  UserTrait_Status_Status,
  UserTraitSchema,
} from '#gen/c1/connector/v2/annotation_trait_pb.js';
import {
  type Resource,
  ResourceSchema,
  ResourceType_Trait,
  ResourceTypeSchema,
  Status_ResourceStatus,
} from '#gen/c1/connector/v2/resource_pb.js';
import { encodeMessage } from '../../../src/baton/encode/encode-message.ts';
import { buildUserResource, type UserResourceInit } from '../../../src/baton/messages/user-resource.ts';

const readerType = create(ResourceTypeSchema, {
  id: 'reader',
  displayName: 'Reader',
  traits: [ResourceType_Trait.USER],
});

function build(change: Partial<UserResourceInit> = {}): Resource {
  return buildUserResource({
    type: readerType,
    id: 'r1',
    displayName: 'Ada Lovelace',
    enabled: true,
    email: 'ada@example.com',
    login: 'ada',
    profile: { first: 'Ada', age: 36 },
    ...change,
  });
}

function traitOf(resource: Resource): UserTrait {
  const [any] = resource.annotations;
  const trait = any && anyUnpack(any, UserTraitSchema);
  assert.ok(trait);
  return trait;
}

test('an account carries a UserTrait with primary e-mail, login and the type of a person', () => {
  const trait = traitOf(build());
  assert.deepEqual(
    trait.emails.map(({ address, isPrimary }) => [address, isPrimary]),
    [['ada@example.com', true]],
  );
  assert.equal(trait.login, 'ada');
  assert.equal(trait.accountType, UserTrait_AccountType.HUMAN);
});

test('status and profile stand in the trait and on the resource', () => {
  const resource = build();
  assert.deepEqual(resource.profile, { first: 'Ada', age: 36 });
  assert.deepEqual(traitOf(resource).profile, resource.profile);
  assert.equal(resource.status?.status, Status_ResourceStatus.ENABLED);
  assert.equal(traitOf(resource).status?.status, UserTrait_Status_Status.ENABLED);
  const disabled = build({ enabled: false });
  assert.equal(disabled.status?.status, Status_ResourceStatus.DISABLED);
  assert.equal(traitOf(disabled).status?.status, UserTrait_Status_Status.DISABLED);
});

test('an account without an e-mail address has none in its trait, rather than an empty one', () => {
  assert.deepEqual(traitOf(build({ email: '' })).emails, []);
});

test('the same account gives the same bytes in whatever order its attributes come', () => {
  const entries = [
    ['b', 1],
    ['a', 'x'],
    ['10', true],
    ['9', null],
    ['é', 'y'],
  ] as const;
  const bytesOf = (profile: UserResourceInit['profile']) => encodeMessage(ResourceSchema, build({ profile }));
  assert.deepEqual(bytesOf(Object.fromEntries(entries)), bytesOf(Object.fromEntries(entries.toReversed())));
});

test('the attributes in the trait are in the order of their bytes, as Go writes them', () => {
  const profile = { z: 1, 9: 2, 10: 3, a: 4 };
  const [any] = build({ profile }).annotations;
  const text = Buffer.from(any?.value ?? []).toString('latin1');
  const places = ['\n\x0210', '\n\x019', '\n\x01a', '\n\x01z'].map((key) => text.indexOf(key));
  assert.ok(!places.includes(-1), `${places}`);
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
});
