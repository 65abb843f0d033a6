import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PercipioSimulator } from '../../../../src/simulator/percipio/percipio-simulator.ts';
import { call, startSimulator, USERS } from '../start-simulator.ts';

const BATCHES = '/user-management/v1/organizations/{org}/batch-users-request';

async function request(simulator: PercipioSimulator, users: unknown): Promise<string> {
  const { status, json } = await call(simulator, BATCHES, { method: 'POST', body: users });
  assert.deepEqual([status, json.status], [202, 'PENDING']);
  return `${BATCHES}/${json.id}`;
}

const ada = {
  externalUserId: 'E1',
  loginName: 'ada',
  email: 'ada@example.com',
  newPassword: 'Secret-1',
  mustResetPassword: true,
  sendWelcomeEmail: true,
  welcomeEmailLanguage: 'de',
  customAttributes: [{ name: 'Geo', value: 'EMEA' }],
};

test('a batch returns a handle to poll, and creates missing users', async (t) => {
  const simulator = await startSimulator(t, { users: 0, batchPolls: 2 });
  const path = await request(simulator, [ada]);
  const id = path.split('/').at(-1);
  assert.deepEqual((await call(simulator, path)).json, { id, status: 'IN_PROGRESS' });
  assert.deepEqual((await call(simulator, path)).json, { id, status: 'IN_PROGRESS' });
  const user = simulator.data.users[0];
  assert.ok(user);
  const users = [{ id: user.id, externalUserId: 'E1', loginName: 'ada', status: 'SUCCESS' }];
  assert.deepEqual((await call(simulator, path)).json, { id, status: 'PROCESSED', users });
  assert.deepEqual([user.email, user.customAttributes?.[0]?.value, 'newPassword' in user], [ada.email, 'EMEA', false]);
  assert.equal(simulator.passwordOf(user.id), 'Secret-1');
  assert.ok(simulator.canSignIn('ada', 'Secret-1'));
  assert.ok(simulator.mustResetPassword(user.id));
  assert.deepEqual([simulator.welcomeEmails, simulator.welcomeLanguageOf(user.id)], [[user.id], 'de']);
});

test('a batch updates users by external id in any case, or by login name, without another e-mail', async (t) => {
  const simulator = await startSimulator(t, { users: 0, batchPolls: 0 });
  await request(simulator, [ada]);
  const id = simulator.data.users[0]?.id ?? '';
  const change = { newPassword: 'Secret-2', sendWelcomeEmail: true, welcomeEmailLanguage: 'fr' };
  await request(simulator, [{ externalUserId: 'e1', ...change }]);
  assert.deepEqual([simulator.passwordOf(id), simulator.mustResetPassword(id)], ['Secret-2', false]);
  await request(simulator, [{ loginName: 'ADA', firstName: 'Ada', mustResetPassword: true }]);
  assert.deepEqual([simulator.data.users[0]?.firstName, simulator.mustResetPassword(id)], ['Ada', true]);
  assert.equal(simulator.passwordOf(id), 'Secret-2');
  assert.deepEqual([simulator.welcomeEmails, simulator.welcomeLanguageOf(id)], [[id], 'de']);
  assert.equal(simulator.data.users.length, 1);
});

test('the external id defaults to the login name, and without an e-mail there is no language', async (t) => {
  const simulator = await startSimulator(t, { users: 0 });
  await request(simulator, [{ loginName: 'grace', welcomeEmailLanguage: 'ja', password: 'Secret-1' }]);
  const [user] = simulator.data.users;
  assert.deepEqual([user?.externalUserId, user?.loginName], ['grace', 'grace']);
  assert.equal(simulator.welcomeLanguageOf(user?.id ?? ''), undefined);
  assert.equal(simulator.passwordOf(user?.id ?? ''), undefined);
});

test('an invalid user of a batch is reported in the final response, and the others are written', async (t) => {
  const simulator = await startSimulator(t, { users: 0, batchPolls: 0, batchForm: 'list' });
  const path = await request(simulator, [
    { externalUserId: 'E1', loginName: 'a b' },
    { externalUserId: 'E2', newPassword: 'short' },
    { externalUserId: 'E3', welcomeEmailLanguage: 'it' },
    { externalUserId: 'E4', mustResetPassword: 'yes' },
    { firstName: 'Nobody' },
    { externalUserId: 'E5' },
  ]);
  const results = (await call(simulator, path)).json;
  const infos = results.map(({ errors }: { errors?: { additionalInfo: string }[] }) => errors?.[0]?.additionalInfo);
  assert.deepEqual(infos, [
    'login_name->invalid_login_name_format',
    'password->invalid_password',
    'welcome_email_language->is_invalid',
    'must_reset_password->is_invalid',
    'external_id->field_required',
    undefined,
  ]);
  assert.deepEqual(
    simulator.data.users.map(({ externalUserId }) => externalUserId),
    ['E5'],
  );
});

test('batchDelayMs delays the processing of a batch', async (t) => {
  let nowMs = 0;
  const simulator = await startSimulator(t, { users: 0, batchPolls: 0, batchDelayMs: 100, now: () => nowMs });
  const path = await request(simulator, [ada]);
  nowMs = 99;
  assert.equal((await call(simulator, path)).json.status, 'IN_PROGRESS');
  assert.deepEqual((await call(simulator, USERS)).json, []);
  nowMs = 100;
  assert.equal((await call(simulator, USERS)).json.length, 1);
  assert.equal((await call(simulator, path)).json.status, 'PROCESSED');
});

test('a body that is not a list of users is a 422, and an unknown handle a 404', async (t) => {
  const simulator = await startSimulator(t, { users: 0 });
  for (const body of [undefined, null, ada, ['ada'], [null]]) {
    assert.equal((await call(simulator, BATCHES, { method: 'POST', body })).status, 422, JSON.stringify(body));
  }
  assert.equal((await call(simulator, `${BATCHES}/unknown`)).status, 404);
});
