import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { GrantMetadataSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { type Grant, GrantSchema, GrantSourcesSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { encodeMessage } from '../../../../src/baton/encode/encode-message.ts';
import {
  isDirectGrant,
  principalField,
  readSources,
  replaceSources,
} from '../../../../src/baton/sync/expand/grant-sources.ts';
import { annotation, entitlement, grant, resource } from '../../c1z/sample-records.ts';

const team = resource('group', 'team');
const member = entitlement(team, 'member');

function sourced(sources: Readonly<Record<string, boolean>>): Grant {
  const listed = grant(member, resource('user', 'u1'), [annotation(GrantMetadataSchema, {})]);
  const entries = Object.entries(sources).map(([id, isDirect]) => [id, { isDirect }]);
  return { ...listed, sources: create(GrantSourcesSchema, { sources: Object.fromEntries(entries) }) };
}

const anySources = fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.boolean(), { maxKeys: 6 });

test('sources are read from the encoded grant, and written as its message has them', () => {
  fc.assert(
    fc.property(anySources, anySources, (before, after) => {
      const encoded = encodeMessage(GrantSchema, sourced(before));
      assert.deepEqual(readSources(encoded), new Map(Object.entries(before)));
      const replaced = replaceSources(encoded, new Map(Object.entries(after)));
      assert.deepEqual(Buffer.from(replaced), Buffer.from(encodeMessage(GrantSchema, sourced(after))));
    }),
    { numRuns: 300 },
  );
});

test('the principal is the field of the encoded grant', () => {
  const encoded = encodeMessage(GrantSchema, sourced({}));
  const field = principalField(encoded) ?? new Uint8Array();
  assert.deepEqual(fromBinary(GrantSchema, field), create(GrantSchema, { principal: resource('user', 'u1') }));
  assert.equal(principalField(encodeMessage(GrantSchema, create(GrantSchema, { id: 'x' }))), undefined);
});

test('a grant is direct if the connector listed it: it has no sources, or is its own', () => {
  const isDirect = (message: Grant) => isDirectGrant(encodeMessage(GrantSchema, message), member.id);
  assert.equal(isDirect(grant(member, team)), true);
  assert.equal(isDirect(sourced({})), true);
  assert.equal(isDirect(sourced({ [member.id]: false, other: true })), true);
  assert.equal(isDirect(sourced({ other: true })), false);
  assert.equal(isDirect(sourced({ [`${member.id}2`]: true })), false);
});
