import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DescMessage, fromJson, type JsonValue, type Message } from '@bufbuild/protobuf';
import { StringMapFieldSchema } from '#gen/c1/config/v1/config_pb.js';
import { ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { BatonServiceFinishTaskRequestSchema } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { annotationRegistry } from '../../../../src/baton/messages/annotation-registry.ts';
import { dropUnknownTypes, withUnknownTypes } from '../../../../src/baton/server/http/json-annotations.ts';

const known = { '@type': 'type.googleapis.com/c1.connector.v2.SkipGrants' };
const unknown = { '@type': 'type.googleapis.com/library.v1.Shelf', rows: [1], annotations: ['any', 'thing'] };

function read<Desc extends DescMessage>(desc: Desc, json: JsonValue) {
  const registry = withUnknownTypes(annotationRegistry);
  const message = fromJson(desc, json, { registry, ignoreUnknownFields: true });
  dropUnknownTypes(desc, message as Message, annotationRegistry);
  return message;
}

test('a list keeps its packed messages of known types, in their order', () => {
  const { annotations } = read(ResourceSchema, { annotations: [unknown, known, unknown, {}, known] });
  assert.deepEqual(
    annotations.map(({ typeUrl }) => typeUrl),
    [known['@type'], '', known['@type']],
  );
});

test('a packed message of an unknown type outside of a list is INVALID_ARGUMENT', () => {
  const error = /: unknown type$/;
  assert.throws(() => read(BatonServiceFinishTaskRequestSchema, { success: { response: unknown } }), error);
  assert.throws(() => read(StringMapFieldSchema, { defaultValue: { a: known, b: unknown } }), error);
  assert.equal(Object.keys(read(StringMapFieldSchema, { defaultValue: { a: known } }).defaultValue).length, 1);
});
