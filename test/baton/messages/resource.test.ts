import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { ExternalLinkSchema } from '#gen/c1/connector/v2/annotation_external_link_pb.js';
import {
  LicenseProfileTraitSchema,
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
import {
  annotation,
  buildLicenseResource,
  buildResource,
  buildUserResource,
  cutText,
  descriptionMaxBytes,
  displayNameMaxBytes,
  type UserResourceInit,
} from '../../../src/baton/messages/resource.ts';
import { buildResourceType } from '../../../src/baton/messages/resource-type.ts';

const bookType = create(ResourceTypeSchema, { id: 'book', displayName: 'Book' });

test('a resource has the id of its type and the application’s own id, as it is', () => {
  const id = 'Ünïcode:with/colons and spaces';
  const resource = buildResource({ type: bookType, id, displayName: 'Dune' });
  assert.deepEqual([resource.id?.resourceType, resource.id?.resource], ['book', id]);
  assert.deepEqual([resource.displayName, resource.description, resource.annotations], ['Dune', '', []]);
});

test('annotations are packed under the type URLs that Go writes', () => {
  const url = 'https://example.com/dune';
  const annotations = [annotation(ExternalLinkSchema, create(ExternalLinkSchema, { url }))];
  const [packed] = buildResource({ type: bookType, id: 'b1', displayName: 'Dune', annotations }).annotations;
  assert.equal(packed?.typeUrl, 'type.googleapis.com/c1.connector.v2.ExternalLink');
  assert.equal(packed && anyUnpack(packed, ExternalLinkSchema)?.url, url);
});

test('texts are cut to what a request may carry', () => {
  const long = 'x'.repeat(5000);
  const resource = buildResource({ type: bookType, id: 'b1', displayName: long, description: long });
  assert.equal(Buffer.byteLength(resource.displayName), displayNameMaxBytes);
  assert.equal(Buffer.byteLength(resource.description), descriptionMaxBytes);
});

const cuts: [what: string, text: string, maxBytes: number, expected: string][] = [
  ['a short text stays', 'abc', 3, 'abc'],
  ['an ASCII text is cut to the byte', 'abcd', 3, 'abc'],
  ['a text of two-byte letters that just fits stays', 'ääää', 8, 'ääää'],
  ['a letter of two bytes is not cut in the middle', 'ääää', 7, 'äää'],
  ['a letter of three bytes is not cut in the middle', 'a東京', 6, 'a東'],
  ['an emoji of four bytes is not cut in the middle', 'a🎓🎓', 8, 'a🎓'],
  ['no room for the first letter leaves nothing', '🎓', 3, ''],
];
for (const [what, text, maxBytes, expected] of cuts) {
  test(`cutText: ${what}`, () => {
    assert.equal(cutText(text, maxBytes), expected);
  });
}

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

test('a license has its seats and its entitlements in its trait, with 0 for what is unknown', () => {
  const type = buildResourceType({ id: 'license', displayName: 'License', trait: 'license' });
  assert.deepEqual(type.traits, [ResourceType_Trait.LICENSE_PROFILE]);
  const init = { type, id: 'l1', displayName: 'é'.repeat(600), entitlementIds: ['license:l1:member'] };
  for (const [seats, expected] of [
    [{}, [0n, 0n]],
    [{ purchasedSeats: 25, consumedSeats: 7 }, [25n, 7n]],
  ] as const) {
    const { displayName, annotations } = buildLicenseResource({ ...init, ...seats });
    const [any] = annotations;
    const trait = any && anyUnpack(any, LicenseProfileTraitSchema);
    assert.deepEqual([trait?.purchasedSeats, trait?.consumedSeats], expected);
    assert.deepEqual(trait?.entitlementIds, ['license:l1:member']);
    assert.equal(trait?.licenseName, 'é'.repeat(512));
    assert.equal(displayName, trait?.licenseName);
  }
});
