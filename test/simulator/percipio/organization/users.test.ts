import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PercipioUser } from '../../../../src/simulator/percipio/organization/api-objects.ts';
import { createOrganization } from '../../../../src/simulator/percipio/organization/organization.ts';

const SIZE = { seed: 5, organizationId: '00000000-0000-4000-8000-000000000000', users: 4000, courses: 10 };
const organization = createOrganization(SIZE);
const users = Array.from({ length: SIZE.users }, (_, index) => organization.userAt(index));

function shareOf(fits: (user: PercipioUser) => boolean): number {
  return (100 * users.filter(fits).length) / users.length;
}

test('users have the oddities of a real organization, in the shares that userAt states', () => {
  assert.equal(
    shareOf((user) => Object.keys(user).join() === 'id'),
    0.5,
  );
  assert.equal(
    shareOf(({ isActive }) => isActive === false),
    5,
  );
  assert.equal(
    shareOf(({ isActive }) => isActive === null),
    0.5,
  );
  assert.equal(
    shareOf(({ customAttributes }) => customAttributes === null),
    2,
  );
  assert.equal(
    shareOf((user) => 'email' in user && !('customAttributes' in user)),
    1,
  );
  assert.equal(
    shareOf(({ firstName, lastName }) => firstName === null && lastName === null),
    2.5,
  );
  assert.equal(
    shareOf(({ loginName }) => loginName === null),
    4,
  );
  assert.equal(
    shareOf((user) => 'email' in user && !('loginName' in user)),
    4,
  );
  assert.equal(
    shareOf(({ email }) => email === null),
    1,
  );
  assert.equal(
    shareOf(({ role }) => role === null),
    1,
  );
});

test('some users have a custom attribute that is called as a built-in field', () => {
  const named = (name: string) => (user: PercipioUser) =>
    user.customAttributes?.some((attribute) => attribute.name === name) ?? false;
  assert.equal(shareOf(named('email')), 2.5);
  assert.equal(shareOf(named('id')), 2.5);
});

test('attributes without a value have null', () => {
  const values = users.flatMap(({ customAttributes }) => customAttributes ?? []).map(({ value }) => value);
  const share = values.filter((value) => value === null).length / values.length;
  assert.ok(share > 0.25 && share < 0.35, String(share));
});

test('some names have letters of several bytes, and some need escapes in JSON', () => {
  const names = users.flatMap(({ firstName, lastName }) => [firstName ?? '', lastName ?? '']);
  assert.ok(names.some((name) => Buffer.byteLength(name) > name.length));
  assert.ok(names.some((name) => name.includes('"')) && names.some((name) => name.includes('\\')));
});

test('approval managers are whole, partial, empty, null and missing', () => {
  const forms = new Set(
    users.map(({ approvalManager }) =>
      approvalManager ? Object.keys(approvalManager).join() : String(approvalManager),
    ),
  );
  assert.deepEqual([...forms].sort(), ['', 'id', 'id,email,externalUserId', 'null', 'undefined']);
});

test('no two users share an id or an external id', () => {
  assert.equal(new Set(users.map(({ id }) => id)).size, users.length);
  const externalIds = users.flatMap(({ externalUserId }) => externalUserId ?? []);
  assert.equal(new Set(externalIds).size, externalIds.length);
});

test('shared attributes are frozen, so that an edit of one user cannot change another one', () => {
  const attribute = users[0]?.customAttributes?.[0];
  assert.ok(attribute !== undefined && Object.isFrozen(attribute));
});
