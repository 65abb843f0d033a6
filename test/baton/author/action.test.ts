import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { resourceIdArgument } from '../../../src/baton/author/action.ts';

const schema = z.object({ user: resourceIdArgument('user').optional() });

for (const [what, value] of [
  ['what ConductorOne sends', { resource_type_id: 'user', resource_id: 'u1' }],
  ['the shorter keys', { resource_type: 'user', resource: 'u1' }],
  ['the keys of protobuf JSON', { resourceTypeId: 'user', resourceId: 'u1' }],
  ['a bare id', 'u1'],
] as const) {
  test(`resourceIdArgument reads ${what}`, () => {
    assert.deepEqual(schema.parse({ user: value }), { user: 'u1' });
  });
}

test('resourceIdArgument can be optional', () => {
  assert.deepEqual(schema.parse({}), {});
});

for (const [what, value] of [
  ['an empty text', ''],
  ['a number', 7],
  ['a list', ['u1']],
  ['a resource of another type', { resource_type_id: 'course', resource_id: 'u1' }],
  ['a resource without an id', { resource_type_id: 'user', resource_id: '' }],
  ['an id without its type', { resource_id: 'u1' }],
] as const) {
  test(`resourceIdArgument refuses ${what}, and says how it must be`, () => {
    const { error } = schema.safeParse({ user: value });
    assert.deepEqual(
      error?.issues.map(({ path, message }) => [path, message]),
      [[['user'], 'must be a user: its id, or {"resource_type_id": "user", "resource_id": "…"}']],
    );
  });
}
