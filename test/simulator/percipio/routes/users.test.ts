import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, startSimulator, USERS } from '../start-simulator.ts';

test('pages of users make up the whole list, and x-total-count tells its length', async (t) => {
  const simulator = await startSimulator(t, { users: 25 });
  const users = [];
  for (const offset of [0, 10, 20, 30]) {
    const { headers, json } = await call(simulator, `${USERS}?max=10&offset=${offset}`);
    assert.equal(headers['x-total-count'], '25');
    users.push(...json);
  }
  assert.deepEqual(users, JSON.parse(JSON.stringify(simulator.data.users)));
});

test('max is 1000 unless it is given, and the largest that may be', async (t) => {
  const simulator = await startSimulator(t, { users: 1005 });
  assert.equal((await call(simulator, USERS)).json.length, 1000);
  assert.equal((await call(simulator, `${USERS}?max=1000`)).json.length, 1000);
  for (const wrong of [
    'max=1001',
    'max=0',
    'max=-1',
    'max=ten',
    'max=',
    'offset=-1',
    'offset=1.5',
    'updatedSince=yesterday',
  ]) {
    const { status, json } = await call(simulator, `${USERS}?${wrong}`);
    assert.equal(status, 422, wrong);
    assert.match(json.errors[0].message, new RegExp(wrong.split('=')[0] ?? ''));
  }
});

test('updatedSince leaves out those who were changed before, and those who have no date', async (t) => {
  const simulator = await startSimulator(t, { users: 400 });
  const since = '2024-01-01T00:00:00Z';
  const { headers, json } = await call(simulator, `${USERS}?updatedSince=${since}`);
  assert.ok(json.length > 0 && json.length < 400);
  assert.equal(headers['x-total-count'], String(json.length));
  assert.ok(json.every(({ updatedAt }: { updatedAt: string }) => Date.parse(updatedAt) >= Date.parse(since)));
});

test('one user is found by id, external id, login name, and login name or e-mail address', async (t) => {
  const simulator = await startSimulator(t, { users: 30 });
  const user = simulator.data.users[3];
  assert.ok(user?.externalUserId && user.loginName);
  user.loginName = 'logs in/as';
  user.email = 'Writes@Example.com';
  const found = [
    user.id,
    user.id.toUpperCase(),
    `external-user-id/${encodeURIComponent(user.externalUserId)}`,
    `login-name/${encodeURIComponent('LOGS IN/as')}`,
    `login-name-or-email/${encodeURIComponent('logs in/as')}`,
    `login-name-or-email/${encodeURIComponent('writes@example.com')}`,
  ];
  for (const path of found) {
    const { status, json } = await call(simulator, `${USERS}/${path}`);
    assert.equal(status, 200, path);
    assert.equal(json.id, user.id);
  }
  const unknown = [
    '00000000-0000-4000-8000-000000000000',
    `external-user-id/${user.externalUserId.toLowerCase()}x`,
    'login-name/writes@example.com',
    'login-name-or-email/nobody',
    'login-name/null',
  ];
  for (const path of unknown) {
    const { status, json } = await call(simulator, `${USERS}/${path}`);
    assert.equal(status, 404, path);
    assert.equal(typeof json.message, 'string');
  }
});

test('edits of data are seen at once: of an object, of the array, and of another array', async (t) => {
  const simulator = await startSimulator(t, { users: 3 });
  const [first] = simulator.data.users;
  assert.ok(first);
  first.firstName = 'Edited';
  simulator.data.users.push({ id: 'added' });
  const edited = (await call(simulator, USERS)).json;
  assert.equal(edited[0].firstName, 'Edited');
  assert.equal(edited[3].id, 'added');
  simulator.data.users = [{ id: 'alone' }];
  assert.deepEqual((await call(simulator, USERS)).json, [{ id: 'alone' }]);
});
