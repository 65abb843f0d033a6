import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import {
  GrantSchema,
  GrantSources_GrantSourceSchema,
  GrantSourcesSchema,
  GrantsServiceListGrantsResponseSchema,
} from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceSchema, ResourcesServiceListResourcesResponseSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { encodeList, encodeMessage } from '../../../src/baton/encode/encode-message.ts';
import { sortMapEntries } from '../../../src/baton/encode/map-order.ts';
import { entitlement, grant, resource } from '../c1z/sample-records.ts';

/** Keys that a JavaScript object, a sort of UTF-16 units and Go each put into another order. */
const profile: JsonObject = { '9': 'b', '10': 'a', z: 1, a: { y: true, B: null }, '\u{10000}': 'y', '\uffff': 'x' };
const user = create(ResourceSchema, { id: { resourceType: 'user', resource: 'u1' }, displayName: 'U', profile });
const group = create(ResourceSchema, {
  id: { resourceType: 'group', resource: 'g1' },
  parentResourceId: { resourceType: 'user', resource: 'u1' },
});

// Both were written by the Go SDK v0.25.0 into `data` for the same messages.
const userFromGo =
  '0a0a0a0475736572120275311a01554a590a090a02313012031a01610a080a013912031a01620a190a016112142a120a070a0142120208000a' +
  '070a0179120220010a0e0a017a120911000000000000f03f0a0a0a03efbfbf12031a01780a0b0a04f090808012031a0179';
const grantFromGo =
  '0a340a190a0b0a0567726f757012026731120a0a047573657212027531120f67726f75703a67313a6d656d62657242066d656d626572126a' +
  '0a0a0a0475736572120275311a01554a590a090a02313012031a01610a080a013912031a01620a190a016112142a120a070a01421202080' +
  '00a070a0179120220010a0e0a017a120911000000000000f03f0a0a0a03efbfbf12031a01780a0b0a04f090808012031a01791a1767726f' +
  '75703a67313a6d656d6265723a757365723a75312a1f0a060a02313012000a050a013912000a070a0161120208010a050a01621200';

test('a profile is encoded as Go does, keys in the order of their bytes at every depth', () => {
  assert.equal(Buffer.from(encodeMessage(ResourceSchema, user)).toString('hex'), userFromGo);
});

test('a grant with sources and a profile inside of its principal is encoded as Go does', () => {
  const member = create(GrantSchema, {
    id: 'group:g1:member:user:u1',
    entitlement: { id: 'group:g1:member', resource: group, slug: 'member' },
    principal: user,
    sources: create(GrantSourcesSchema, { sources: { b: {}, a: { isDirect: true }, '9': {}, '10': {} } }),
  });
  assert.equal(Buffer.from(encodeMessage(GrantSchema, member)).toString('hex'), grantFromGo);
});

test('the order in which attributes were set does not show in the bytes', () => {
  const forward = create(StructSchema, { fields: {} });
  const backward = create(StructSchema, { fields: {} });
  const names = ['', 'a', 'é', '0', '00', '1', 'Z', '-1', '😀'];
  for (const name of names)
    forward.fields[name] = { $typeName: 'google.protobuf.Value', kind: { case: 'boolValue', value: true } };
  for (const name of names.toReversed()) backward.fields[name] = forward.fields[name] as never;
  assert.deepEqual(encodeMessage(StructSchema, backward), encodeMessage(StructSchema, forward));
});

test('unknown fields and messages without maps stay as they are', () => {
  const plain = resource('user', 'u1');
  plain.$unknown = [{ no: 900, wireType: 2, data: new Uint8Array([1, 7]) }];
  assert.deepEqual(encodeMessage(ResourceSchema, plain), toBinary(ResourceSchema, plain));

  const withProfile = create(ResourceSchema, { ...plain, profile: { a: 1 } });
  withProfile.$unknown = plain.$unknown;
  assert.deepEqual(encodeMessage(ResourceSchema, withProfile), toBinary(ResourceSchema, withProfile));
});

test('a list of messages is encoded to the bytes of each message', () => {
  const resources = [user, group, create(ResourceSchema), resource('user', 'x'.repeat(300))];
  assert.deepEqual(
    encodeList(ResourceSchema, ResourcesServiceListResourcesResponseSchema, resources).map((b) => Buffer.from(b)),
    resources.map((message) => Buffer.from(encodeMessage(ResourceSchema, message))),
  );
  const grants = [grant(entitlement(group, 'member'), user), grant(entitlement(group, 'owner'), group)];
  assert.deepEqual(
    encodeList(GrantSchema, GrantsServiceListGrantsResponseSchema, grants).map((b) => Buffer.from(b)),
    grants.map((message) => Buffer.from(encodeMessage(GrantSchema, message))),
  );
});

const jsonKey = fc.constantFrom('a', 'b', 'B', 'ab', '1', '10', '9', 'é', '\u{1f600}', '\uffee', '');
/** Few keys, so that each order of each two of them comes up. */
const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.string(), tie('object'), fc.array(tie('value'), { maxLength: 3 })),
  object: fc.dictionary(jsonKey, tie('value'), { maxKeys: 3 }),
})).object as fc.Arbitrary<JsonObject>;

test('what is taken for sorted is: the bytes are those of sorting always', () => {
  fc.assert(
    fc.property(json, fc.array(jsonKey, { maxLength: 4 }), (profile, sourceIds) => {
      const sources = Object.fromEntries(sourceIds.map((id) => [id, create(GrantSources_GrantSourceSchema)]));
      const grant = create(GrantSchema, { id: 'g', principal: { profile }, sources: { sources } });
      assert.deepEqual(encodeMessage(GrantSchema, grant), sortMapEntries(GrantSchema, toBinary(GrantSchema, grant)));
      // Here the same attributes are messages in a map, some with a map of their own.
      const struct = fromJson(StructSchema, profile);
      assert.deepEqual(
        encodeMessage(StructSchema, struct),
        sortMapEntries(StructSchema, toBinary(StructSchema, struct)),
      );
    }),
    { numRuns: 3000 },
  );
});
