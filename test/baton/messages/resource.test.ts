import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { ExternalLinkSchema } from '#gen/c1/connector/v2/annotation_external_link_pb.js';
import { ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import {
  annotation,
  buildResource,
  cutText,
  descriptionMaxBytes,
  displayNameMaxBytes,
} from '../../../src/baton/messages/resource.ts';

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
