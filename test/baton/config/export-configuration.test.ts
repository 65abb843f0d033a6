import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toJson } from '@bufbuild/protobuf';
import { ConfigurationSchema } from '#gen/c1/config/v1/config_pb.js';
import {
  boolField,
  choiceField,
  durationField,
  intField,
  stringField,
  stringSliceField,
} from '../../../src/baton/config/create-field.ts';
import { exportConfiguration } from '../../../src/baton/config/export-configuration.ts';

const description = 'For this test';
const card = stringField({ name: 'card', description, required: true, secret: true, displayName: 'Card' });
const genres = stringSliceField({ name: 'genres', description, required: false, placeholder: 'crime' });
const door = stringField({ name: 'door', description, exportTarget: 'cli' });

function exported(...args: Parameters<typeof exportConfiguration>): unknown {
  return toJson(ConfigurationSchema, exportConfiguration(...args));
}

test('exportConfiguration writes each variant as the Go SDK does', () => {
  const fields = [
    card,
    genres,
    stringSliceField({ name: 'tags', description, exportTarget: 'ops' }),
    choiceField({ name: 'branch', description, oneOf: ['north', 'south'], default: 'north' }),
    choiceField({ name: 'level', description, oneOf: ['low', 'high'], default: 'low', rulesExported: false }),
    intField({ name: 'seats', description, default: 5, gte: 1, lte: 9, exportTarget: 'ops' }),
    intField({ name: 'floor', description, default: 0 }),
    boolField({ name: 'open', description }),
    durationField({ name: 'loan', description, default: '4w' }),
  ];
  assert.deepEqual(exported({ fields, constraints: [] }), {
    fields: [
      {
        name: 'card',
        displayName: 'Card',
        description,
        isRequired: true,
        isSecret: true,
        stringField: { rules: { isRequired: true } },
      },
      { name: 'genres', description, placeholder: 'crime', stringSliceField: { rules: {} } },
      { name: 'tags', description, isOps: true, stringSliceField: {} },
      { name: 'branch', description, stringField: { defaultValue: 'north', rules: { in: ['north', 'south'] } } },
      { name: 'level', description, stringField: { defaultValue: 'low' } },
      { name: 'seats', description, isOps: true, intField: { defaultValue: '5', rules: { gte: '1', lte: '9' } } },
      { name: 'floor', description, intField: {} },
      { name: 'open', description, boolField: {} },
      { name: 'loan', description, stringField: { defaultValue: '4w' } },
    ],
  });
});

test('exportConfiguration ends with how the catalog shows the connector', () => {
  const catalog = { displayName: 'Library', helpUrl: '/docs/baton/library', iconUrl: '/static/app-icons/library.svg' };
  assert.deepEqual(exported({ fields: [], constraints: [], catalog }), catalog);
});

test('exportConfiguration leaves out what is set on the command line alone, and constraints that name it', () => {
  const pair = [card, genres];
  const constraints = [
    { kind: 'required-together', fields: pair },
    { kind: 'at-least-one', fields: pair },
    { kind: 'mutually-exclusive', fields: [card, door] },
    { kind: 'dependent-on', fields: [card], requires: [door] },
    { kind: 'dependent-on', fields: [card], requires: [genres] },
  ] as const;
  const configuration = exportConfiguration({ fields: [card, door, genres], constraints });
  assert.deepEqual(
    configuration.fields.map((field) => field.name),
    ['card', 'genres'],
  );
  assert.deepEqual((toJson(ConfigurationSchema, configuration) as { constraints: unknown }).constraints, [
    { kind: 'CONSTRAINT_KIND_REQUIRED_TOGETHER', fieldNames: ['card', 'genres'] },
    { kind: 'CONSTRAINT_KIND_AT_LEAST_ONE', fieldNames: ['card', 'genres'] },
    { kind: 'CONSTRAINT_KIND_DEPENDENT_ON', fieldNames: ['card'], secondaryFieldNames: ['genres'] },
  ]);
});
