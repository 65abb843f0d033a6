import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPermittedWork } from '../../../src/baton/child/permitted-work.ts';
import { boolField } from '../../../src/baton/config/create-field.ts';
import { createTestSettings } from '../../../src/baton/testing.ts';

const read = (name: string, value: unknown) =>
  readPermittedWork(createTestSettings([[boolField({ name, description: '' }), value]]));

test('nothing is permitted that nobody asked for', () => {
  assert.deepEqual(read('file', 'sync.c1z'), { provisioning: false, ticketing: false });
  assert.deepEqual(read('provisioning', false), { provisioning: false, ticketing: false });
});

for (const [name, value] of [
  ['provisioning', true],
  ['grant-entitlement', 'course:1:completed'],
  ['revoke-grant', 'course:1:completed:user:1'],
  ['create-account-email', 'a@b.test'],
  ['delete-resource-type', 'user'],
  ['rotate-credentials', 'user:1'],
  ['invoke-action', 'enable_user'],
] as const) {
  test(`--${name} permits changes`, () => {
    assert.deepEqual(read(name, value), { provisioning: true, ticketing: false });
  });
}

for (const name of ['ticketing', 'create-ticket', 'bulk-create-ticket', 'list-ticket-schemas', 'get-ticket']) {
  test(`--${name} permits work on tickets`, () => {
    assert.deepEqual(read(name, true), { provisioning: false, ticketing: true });
  });
}
