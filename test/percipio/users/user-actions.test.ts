import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { ActionService, ActionType, BatonActionStatus } from '#gen/c1/connector/v2/action_pb.js';
import { Capability, ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import { failureOf } from '../../baton/server/failure-of.ts';
import { call } from '../../simulator/percipio/start-simulator.ts';
import { uuid } from '../start-connector.ts';
import { type ProvisioningOptions, startProvisioning } from './start-provisioning.ts';

const userId = uuid(1);
const read = `GET /users/${userId}`;
const write = `PATCH /users/${userId}`;

/** The person whom actions are for, and another one. */
async function start(t: TestContext, user: Partial<PercipioUser> = {}, options: ProvisioningOptions = {}) {
  const other = { id: uuid(2), externalUserId: 'E2', email: 'other@example.com', loginName: 'other', isActive: true };
  const started = await startProvisioning(t, [{ id: userId, isActive: true, ...user }, other], options);
  const actions = started.connect(ActionService);
  return { ...started, actions, invoke: (name: string, args: JsonObject) => actions.invokeAction({ name, args }) };
}

const moreResults: Readonly<Record<string, readonly string[]>> = {
  disable_user: ['removed_role'],
  move_user: ['role', 'previous_role'],
};

test('the actions are of the connector, with the types that ConductorOne calls them for', async (t) => {
  const { actions, connect } = await start(t);
  const { schemas } = await actions.listActionSchemas({});
  assert.deepEqual(
    schemas.map(({ name, actionType, resourceTypeId }) => [name, actionType, resourceTypeId]),
    [
      ['enable_user', [ActionType.ACCOUNT, ActionType.ACCOUNT_ENABLE], ''],
      ['disable_user', [ActionType.ACCOUNT, ActionType.ACCOUNT_DISABLE], ''],
      ['update_user_profile', [ActionType.ACCOUNT, ActionType.ACCOUNT_UPDATE_PROFILE], ''],
      ['move_user', [ActionType.ACCOUNT, ActionType.DYNAMIC], ''],
      ['adopt_user', [ActionType.ACCOUNT, ActionType.DYNAMIC], ''],
      ['change_external_user_id', [ActionType.ACCOUNT, ActionType.DYNAMIC], ''],
    ],
  );
  for (const schema of schemas) {
    assert.deepEqual((await actions.getActionSchema({ name: schema.name })).schema, schema);
    const [user] = schema.arguments;
    if (schema.name !== 'change_external_user_id') {
      assert.deepEqual([user?.name, user?.isRequired, user?.field.case], ['user_id', true, 'resourceIdField']);
    }
    assert.deepEqual(
      schema.returnTypes.map(({ name }) => name),
      ['success', 'user_id', 'is_active', 'changed', ...(moreResults[schema.name] ?? [])],
    );
  }
  const { metadata } = await connect(ConnectorService).getMetadata({});
  assert.ok(metadata?.capabilities?.connectorCapabilities.includes(Capability.ACTIONS));
});

for (const [name, before, after] of [
  ['enable_user', false, true],
  ['disable_user', true, false],
  // Percipio may leave it out.
  ['enable_user', null, true],
  ['disable_user', null, false],
] as const) {
  test(`${name} of a user whose isActive is ${before} makes it ${after}, and tells the state`, async (t) => {
    const { invoke, actions, simulator, calls, written } = await start(t, { isActive: before, role: 'ADMIN' });
    const { status, response, id } = await invoke(name, { user_id: userId });
    assert.equal(status, BatonActionStatus.COMPLETE);
    assert.deepEqual(response, { success: true, user_id: userId, is_active: after, changed: true });
    assert.deepEqual(calls(), [read, write, read]);
    assert.deepEqual(written(), [{ isActive: after }]);
    assert.deepEqual(simulator.data.users[0]?.role, 'ADMIN');
    assert.deepEqual((await actions.getActionStatus({ id })).response, response);
  });
}

for (const [name, isActive] of [
  ['enable_user', true],
  ['disable_user', false],
] as const) {
  test(`${name} of a user who is so already is a success, and writes nothing`, async (t) => {
    const { invoke, calls } = await start(t, { isActive });
    const { response } = await invoke(name, { user_id: userId });
    assert.deepEqual(response, { success: true, user_id: userId, is_active: isActive, changed: false });
    assert.deepEqual(calls(), [read]);
  });
}

for (const user_id of [
  userId,
  { resource_type_id: 'user', resource_id: userId },
  { resource_type: 'user', resource: userId },
  { resourceTypeId: 'user', resourceId: userId },
]) {
  test(`a user may be given as ${JSON.stringify(user_id)}`, async (t) => {
    const { invoke, simulator } = await start(t);
    const { status } = await invoke('disable_user', { user_id });
    assert.equal(status, BatonActionStatus.COMPLETE);
    assert.deepEqual(
      simulator.data.users.map(({ isActive }) => isActive),
      [false, true],
    );
  });
}

for (const [args, fault] of [
  [{}, /user_id: is required/],
  [{ user_id: null }, /user_id: is required/],
  [{ user_id: 'jane' }, /must be the UUID of a user in Percipio/],
  [{ user_id: { resource_type_id: 'user' } }, /user_id: must be a user: its id/],
  [{ user_id: { resource_type_id: 'course', resource_id: userId } }, /user_id: must be a user: its id/],
  [{ user_id: [userId] }, /user_id: must be a user: its id/],
] as [JsonObject, RegExp][]) {
  test(`disable_user with ${JSON.stringify(args)} is INVALID_ARGUMENT before any request`, async (t) => {
    const { invoke, calls } = await start(t);
    const error = await failureOf(invoke('disable_user', args));
    assert.equal(error.code, Code.InvalidArgument);
    assert.match(error.rawMessage, fault);
    assert.deepEqual(calls(), []);
  });
}

test('an action on a user who does not exist fails and says so', async (t) => {
  const { invoke, calls } = await start(t);
  const { status, response } = await invoke('disable_user', { user_id: uuid(7) });
  assert.equal(status, BatonActionStatus.FAILED);
  assert.deepEqual(response, { success: false, error: `Percipio has no user ${uuid(7)} (it may have been deleted)` });
  assert.deepEqual(calls(), [`GET /users/${uuid(7)}`]);
});

for (const fault of [
  { kind: 'lostAnswer' },
  { kind: 'status', status: 500, carriesOut: true },
  { kind: 'status', status: 429 },
] as const) {
  test(`disable_user writes once when the write meets ${JSON.stringify(fault)}`, async (t) => {
    const { invoke, simulator, written } = await start(t);
    simulator.faults.add({ ...fault, match: { method: 'PATCH' } });
    const { response } = await invoke('disable_user', { user_id: userId });
    assert.deepEqual(response, { success: true, user_id: userId, is_active: false, changed: true });
    assert.deepEqual(written(), [{ isActive: false }]);
  });
}

const resetRole = { settings: { 'reset-role-on-disable': true } };

test('disable_user takes the role away where the operator wants it, and enable_user does not give it back', async (t) => {
  const { invoke, simulator, written } = await start(t, { role: 'ADMIN' }, resetRole);
  const { response } = await invoke('disable_user', { user_id: userId });
  const expected = { success: true, user_id: userId, is_active: false, changed: true, removed_role: 'ADMIN' };
  assert.deepEqual(response, expected);
  await invoke('enable_user', { user_id: userId });
  assert.deepEqual(written(), [{ isActive: false, role: 'LEARNER' }, { isActive: true }]);
  assert.equal(simulator.data.users[0]?.role, 'LEARNER');
});

for (const [title, user, change] of [
  ['is a learner', { role: 'LEARNER' }, { isActive: false }],
  ['has no role', { role: null }, { isActive: false }],
  ['is inactive already, and has an unknown role', { isActive: false, role: 'CUSTOM' }, { role: 'LEARNER' }],
] as const) {
  test(`disable_user with --reset-role-on-disable of a user who ${title} writes ${JSON.stringify(change)}`, async (t) => {
    const { invoke, written } = await start(t, user, resetRole);
    const { response } = await invoke('disable_user', { user_id: userId });
    assert.deepEqual(written(), [change]);
    assert.equal(response?.removed_role, 'role' in change ? user.role : undefined);
    assert.equal((await invoke('disable_user', { user_id: userId })).response?.changed, false);
  });
}

const jane = {
  firstName: 'Jane',
  lastName: 'Doe',
  email: 'jane@example.com',
  loginName: 'jane',
  role: 'MANAGER',
};

/** As {@link start}, with Jane, who has a department and no region. */
async function startWithJane(t: TestContext, options: ProvisioningOptions = {}) {
  const started = await start(t, jane, options);
  const { simulator } = started;
  const { json } = await call(simulator, '/common/v1/organizations/{org}/custom-attributes');
  const idOf = (wanted: string) => json.find(({ name }: { name: string }) => name === wanted).id;
  Object.assign(simulator.data.users[0] ?? {}, {
    customAttributes: [
      { id: idOf('Department'), name: 'Department', value: 'Support' },
      { id: idOf('Region'), name: 'Region', value: null },
    ],
  });
  simulator.requests.clear();
  return started;
}

test('update_user_profile changes what is given and not so yet, and nothing else', async (t) => {
  const { invoke, simulator, calls, written, log } = await startWithJane(t);
  const { response } = await invoke('update_user_profile', {
    user_id: userId,
    first_name: 'Jane',
    last_name: 'Smith',
    email: 'Jane@Example.com',
    login_name: 'jane.smith',
    custom_attributes: { Department: 'Platform', Region: '' },
  });
  assert.deepEqual(response, { success: true, user_id: userId, is_active: true, changed: true });
  const named = 'GET /users/login-name-or-email';
  assert.deepEqual(calls(), [
    'GET /custom-attributes',
    `${named}/jane.smith`,
    `${named}/Jane%40Example.com`,
    ...[read, write, read],
  ]);
  assert.deepEqual(written(), [
    {
      lastName: 'Smith',
      loginName: 'jane.smith',
      customAttributes: [{ name: 'Department', value: 'Platform' }],
    },
  ]);
  const { firstName, lastName, email, loginName, role } = simulator.data.users[0] ?? {};
  assert.deepEqual(
    [firstName, lastName, email, loginName, role],
    ['Jane', 'Smith', 'jane@example.com', 'jane.smith', 'MANAGER'],
  );
  assert.match(log(), /"fields":\["loginName","lastName","customAttributes"\],"msg":"changed a user"/);
  assert.doesNotMatch(log(), /Smith|jane\.smith/);
});

test('update_user_profile of what is so already writes nothing', async (t) => {
  const { invoke, calls } = await startWithJane(t);
  const { response } = await invoke('update_user_profile', { user_id: userId, last_name: 'Doe', email: null });
  assert.deepEqual(response, { success: true, user_id: userId, is_active: true, changed: false });
  assert.deepEqual(calls(), [read]);
});

test('update_user_profile clears an attribute that is given as empty', async (t) => {
  const { invoke, written } = await startWithJane(t);
  await invoke('update_user_profile', { user_id: userId, custom_attributes: { Department: '' } });
  assert.deepEqual(written(), [{ customAttributes: [{ name: 'Department', value: '' }] }]);
});

for (const [args, fault] of [
  [{}, /at least one of first_name, .* is required/],
  [{ first_name: '' }, /first_name: must not be empty/],
  [{ last_name: '  ' }, /last_name: must not be empty/],
  [{ email: '' }, /email: must be an e-mail address/],
  [{ login_name: '' }, /login_name: must not be empty/],
  [{ login_name: 'a b' }, /login_name: must not contain spaces/],
  [{ custom_attributes: { Department: ['A'] } }, /custom_attributes\.Department: must be a string/],
  [{ frist_name: 'Jane' }, /frist_name: unknown argument; did you mean first_name/],
  [{ job_title: 'Engineer' }, /job_title: unknown argument/],
  [{ role: 'ADMIN' }, /role: unknown argument/],
] as [JsonObject, RegExp][]) {
  test(`update_user_profile with ${JSON.stringify(args)} is INVALID_ARGUMENT before any request`, async (t) => {
    const { invoke, calls } = await startWithJane(t);
    const error = await failureOf(invoke('update_user_profile', { user_id: userId, ...args }));
    assert.equal(error.code, Code.InvalidArgument);
    assert.match(error.rawMessage, fault);
    assert.deepEqual(calls(), []);
  });
}

for (const [what, args, names] of [
  ['the e-mail', { email: 'Other@Example.com' }, {}],
  ['the login name', { login_name: 'OTHER' }, {}],
  // Percipio compares login names only with login names, but people sign in by either.
  ['the login name', { login_name: 'other@example.com' }, {}],
  ['the e-mail', { email: 'other@example.com' }, { uniqueEmails: false }],
] as const) {
  test(`update_user_profile to ${JSON.stringify(args)}, which another person has, fails and says who (${JSON.stringify(names)})`, async (t) => {
    const { invoke, simulator, written } = await startWithJane(t, names);
    const { status, response } = await invoke('update_user_profile', { user_id: userId, first_name: 'Joan', ...args });
    assert.equal(status, BatonActionStatus.FAILED);
    assert.equal(
      response?.error,
      `In Percipio, ${what} belongs to user ${uuid(2)} (external user id "E2"). Nothing was changed; choose another value for user ${userId}, or change the other user first`,
    );
    assert.deepEqual([written(), simulator.data.users[0]?.email], [[], 'jane@example.com']);
  });
}

test('update_user_profile to an e-mail that another person gets meanwhile fails, and says so', async (t) => {
  const { invoke, simulator, written } = await startWithJane(t);
  simulator.faults.add({
    ...{ kind: 'delay', delayMs: 0, match: { method: 'PATCH' } },
    onStrike: () => Object.assign(simulator.data.users[1] ?? {}, { email: 'new@example.com' }),
  });
  const { response } = await invoke('update_user_profile', { user_id: userId, email: 'new@example.com' });
  assert.match(String(response?.error), /answered 409 .*Another user in Percipio has this .*nothing was changed$/);
  assert.deepEqual(written(), []);
});

test('update_user_profile with an attribute that the organization does not have fails before the write', async (t) => {
  const { invoke, calls } = await startWithJane(t);
  const args = { user_id: userId, first_name: 'Joan', custom_attributes: { Departement: 'Sales' } };
  const { status, response } = await invoke('update_user_profile', args);
  assert.equal(status, BatonActionStatus.FAILED);
  assert.match(String(response?.error), /no custom attribute named "Departement"; it has: /);
  assert.deepEqual(calls(), ['GET /custom-attributes']);
});

test('move_user changes role and profile in one write, and says which role it replaced', async (t) => {
  const { invoke, written } = await startWithJane(t);
  const args = {
    user_id: userId,
    role: 'learning_admin',
    is_instructor: 'true',
    last_name: 'Smith',
    custom_attributes: { Department: 'Platform' },
  };
  const done = { success: true, user_id: userId, is_active: true, changed: true, role: 'LEARNING_ADMIN' };
  assert.deepEqual((await invoke('move_user', args)).response, { ...done, previous_role: 'MANAGER' });
  assert.deepEqual((await invoke('move_user', args)).response, { ...done, changed: false });
  assert.deepEqual(written(), [
    {
      lastName: 'Smith',
      role: 'LEARNING_ADMIN',
      isInstructor: true,
      customAttributes: [{ name: 'Department', value: 'Platform' }],
    },
  ]);
});

test('move_user leaves omitted fields as they are, and writes nothing for a user who is not an instructor anyway', async (t) => {
  const { invoke, written } = await startWithJane(t);
  const { response } = await invoke('move_user', { user_id: userId, is_instructor: false });
  assert.deepEqual([response?.changed, response?.role], [false, 'MANAGER']);
  await invoke('move_user', { user_id: userId, first_name: 'Joan' });
  assert.deepEqual(written(), [{ firstName: 'Joan' }]);
});

for (const [name, args, fault] of [
  ['move_user', {}, /at least one of role, is_instructor, first_name, .* and custom_attributes is required/],
  ['move_user', { role: 'BOSS' }, /role: must be one of LEARNER, ADMIN/],
  ['move_user', { is_instructor: 'perhaps' }, /is_instructor: must be true or false/],
  ['update_user_profile', { role: 'ADMIN' }, /role: unknown argument/],
] as const) {
  test(`${name} with ${JSON.stringify(args)} is INVALID_ARGUMENT before any request`, async (t) => {
    const { invoke, calls } = await startWithJane(t);
    const error = await failureOf(invoke(name, { user_id: userId, ...args }));
    assert.equal(error.code, Code.InvalidArgument);
    assert.match(error.rawMessage, fault);
    assert.deepEqual(calls(), []);
  });
}

test('move_user of a user to whom somebody else gives another role fails, and leaves that role', async (t) => {
  const { invoke, simulator } = await startWithJane(t);
  simulator.faults.add({
    ...{ kind: 'delay', delayMs: 0, match: { method: 'GET', path: new RegExp(`/users/${userId}$`) }, skip: 1 },
    onStrike: () => Object.assign(simulator.data.users[0] ?? {}, { role: 'ADMIN' }),
  });
  const { status, response } = await invoke('move_user', { user_id: userId, role: 'LEARNER' });
  assert.equal(status, BatonActionStatus.FAILED);
  assert.match(String(response?.error), /was to get the role LEARNER, another change gave them the role ADMIN/);
  assert.deepEqual([simulator.requests.writes().length, simulator.data.users[0]?.role], [1, 'ADMIN']);
});
