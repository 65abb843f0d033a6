import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { resourceIdArgument } from '../../src/baton/resource-id-argument.ts';

const schema = z.object({ user: resourceIdArgument('user').optional() });

test('resourceIdArgument reads the keys that callers send, and the shorter ones', () => {
  assert.deepEqual(schema.parse({ user: { resource_type_id: 'user', resource_id: 'u1' } }), { user: 'u1' });
  assert.deepEqual(schema.parse({ user: { resource_type: 'user', resource: 'u1' } }), { user: 'u1' });
  assert.deepEqual(schema.parse({}), {});
});

for (const [what, value] of [
  ['a text', 'u1'],
  ['a resource of another type', { resource_type_id: 'course', resource_id: 'u1' }],
  ['a resource without an id', { resource_type_id: 'user', resource_id: '' }],
  ['an id alone', { resource_id: 'u1' }],
] as const) {
  test(`resourceIdArgument refuses ${what}, and says how it must be`, () => {
    const { error } = schema.safeParse({ user: value });
    assert.deepEqual(
      error?.issues.map(({ path, message }) => [path, message]),
      [[['user'], 'must be {"resource_type_id": "user", "resource_id": "…"}']],
    );
  });
}
