import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { UserTraitSchema } from '#gen/c1/connector/v2/annotation_trait_pb.js';
import { Status_ResourceStatus } from '#gen/c1/connector/v2/resource_pb.js';
import { type User, userSchema } from '../../../src/percipio/api/user.ts';
import { toUserResource } from '../../../src/percipio/users/user-resource.ts';

const id = '6f1f0c0e-2f0e-4a35-9d53-2f0d3a2c0001';

/** Maps a user from the JSON that Percipio sends, as it is parsed. */
function map(fields: Record<string, unknown> = {}) {
  const resource = toUserResource(userSchema.parse({ id, ...fields }).item satisfies User);
  const [any] = resource.annotations;
  const trait = any && anyUnpack(any, UserTraitSchema);
  assert.ok(trait);
  return { resource, trait, profile: resource.profile ?? {} };
}

const whole = {
  externalUserId: 'E1',
  email: 'ada@example.com',
  isActive: true,
  loginName: 'ada',
  firstName: 'Ada',
  lastName: 'Lovelace',
  role: 'LEARNER',
  updatedAt: '2024-01-01T00:00:00.000000Z',
  jobTitle: 'Analyst',
  isInstructor: true,
  hasCoaching: true,
  hasEnterpriseCoaching: true,
  hasEnterpriseCoachingDashboard: false,
  approvalManager: { id: 'm1', email: 'boss@example.com', externalUserId: 'E0' },
  customAttributes: [
    { id: 'a1', name: 'Division', value: 'Engines' },
    { id: 'a2', name: 'Hire Year', value: '1842' },
  ],
};

test('a user becomes a resource of type user under its raw id', () => {
  const { resource } = map(whole);
  assert.deepEqual([resource.id?.resourceType, resource.id?.resource], ['user', id]);
});

test('the profile has the keys of the Go connector, the manager, and every custom attribute by its name', () => {
  assert.deepEqual(map(whole).profile, {
    id,
    external_id: 'E1',
    approval_manager: 'boss@example.com',
    email: 'ada@example.com',
    first_name: 'Ada',
    has_coaching: true,
    has_enterprise_coaching: true,
    has_enterprise_coaching_dashboard: false,
    is_active: true,
    is_instructor: true,
    job_title: 'Analyst',
    last_name: 'Lovelace',
    login_name: 'ada',
    role: 'LEARNER',
    manager_id: 'm1',
    manager_external_id: 'E0',
    manager_email: 'boss@example.com',
    Division: 'Engines',
    'Hire Year': '1842',
  });
});

test('the profile has only what is known of the manager, and custom attributes with the same names win', () => {
  const customAttributes = [
    { name: 'manager_id', value: 'M-17' },
    { name: 'manager_email', value: null },
  ];
  const { profile } = map({ ...whole, approvalManager: { id: 'm1', externalUserId: ' ' }, customAttributes });
  assert.deepEqual(
    Object.entries(profile).filter(([key]) => key.includes('manager')),
    [
      ['approval_manager', ''],
      ['manager_email', ''],
      ['manager_id', 'M-17'],
    ],
  );
});

test('a user with nothing but an id becomes a disabled account, and its profile has every key', () => {
  const { resource, trait, profile } = map();
  assert.equal(resource.displayName, id);
  assert.equal(resource.status?.status, Status_ResourceStatus.DISABLED);
  assert.deepEqual([trait.login, trait.emails], ['', []]);
  assert.deepEqual(profile, {
    id,
    external_id: '',
    approval_manager: '',
    email: '',
    first_name: '',
    has_coaching: false,
    has_enterprise_coaching: false,
    has_enterprise_coaching_dashboard: false,
    is_active: false,
    is_instructor: false,
    job_title: '',
    last_name: '',
    login_name: '',
    role: '',
  });
});

test('fields that are null read as fields that are missing', () => {
  const nulls = Object.fromEntries(Object.keys(whole).map((name) => [name, null]));
  assert.deepEqual(map(nulls), map());
});

const names: [what: string, fields: Record<string, unknown>, expected: string][] = [
  ['first and last name', { firstName: 'Ada', lastName: 'Lovelace', email: 'a@x.test' }, 'Ada Lovelace'],
  ['a last name alone', { firstName: null, lastName: 'Lovelace', email: 'a@x.test' }, 'Lovelace'],
  ['a first name alone', { firstName: 'Ada', lastName: '', email: 'a@x.test' }, 'Ada'],
  ['the e-mail address without a name', { firstName: '', lastName: null, email: 'a@x.test' }, 'a@x.test'],
  ['the id without either', { firstName: null, email: '' }, id],
  ['letters beyond ASCII', { firstName: '太郎', lastName: 'Ö’Neil "X"' }, '太郎 Ö’Neil "X"'],
];
for (const [what, fields, expected] of names) {
  test(`display name: ${what}`, () => {
    assert.equal(map(fields).resource.displayName, expected);
  });
}

const logins: [what: string, fields: Record<string, unknown>, expected: string][] = [
  ['loginName', { loginName: 'ada', email: 'a@x.test' }, 'ada'],
  ['the e-mail address where loginName is null', { loginName: null, email: 'a@x.test' }, 'a@x.test'],
  ['the e-mail address where loginName is empty', { loginName: '', email: 'a@x.test' }, 'a@x.test'],
  ['nothing where there is neither', { loginName: null, email: null }, ''],
];
for (const [what, fields, expected] of logins) {
  test(`login: ${what}`, () => {
    assert.equal(map(fields).trait.login, expected);
  });
}

test('the login that stands in for a missing one does not change the profile', () => {
  assert.equal(map({ email: 'a@x.test' }).profile.login_name, '');
});

test('a built-in key wins over a custom attribute of the same name', () => {
  const customAttributes = [
    { name: 'id', value: 'not the id' },
    { name: 'email', value: 'other@x.test' },
    { name: 'is_active', value: 'maybe' },
    { name: 'Email', value: 'kept' },
  ];
  const { profile } = map({ email: 'a@x.test', isActive: true, customAttributes });
  assert.deepEqual([profile.id, profile.email, profile.is_active, profile.Email], [id, 'a@x.test', true, 'kept']);
});

test('custom attributes without a value read as empty, and those without a name are dropped', () => {
  const customAttributes = [{ name: 'Geo', value: null }, { name: 'Level', value: 3 }, { name: null, value: 'x' }, {}];
  const added = Object.entries(map({ customAttributes }).profile).filter(([name]) => /^[A-Z]/.test(name));
  assert.deepEqual(added, [
    ['Geo', ''],
    ['Level', '3'],
  ]);
});

test('the status follows isActive', () => {
  assert.equal(map({ isActive: true }).resource.status?.status, Status_ResourceStatus.ENABLED);
  assert.equal(map({ isActive: false }).resource.status?.status, Status_ResourceStatus.DISABLED);
});
