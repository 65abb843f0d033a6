import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PercipioSimulator } from '../../../../src/simulator/percipio/percipio-simulator.ts';
import { type Called, call, startSimulator, USERS } from '../start-simulator.ts';

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

const ada = {
  externalUserId: 'E1',
  email: 'ada@example.com',
  loginName: 'ada.example',
  firstName: 'Ada',
  lastName: 'Example',
  role: 'MANAGER',
  isActive: true,
  isInstructor: true,
  password: 'Secret-1',
};

function post(simulator: PercipioSimulator, body: unknown): Promise<Called> {
  return call(simulator, USERS, { method: 'POST', body });
}

function patch(simulator: PercipioSimulator, name: string, body: unknown): Promise<Called> {
  return call(simulator, `${USERS}/${name}`, { method: 'PATCH', body });
}

test('a new user stands at the end of the list, with what was asked for and the defaults of the rest', async (t) => {
  const simulator = await startSimulator(t, { users: 3, now: () => NOW_MS });
  const { status, json } = await post(simulator, ada);
  assert.equal(status, 201);
  const { password: _, ...shown } = ada;
  assert.deepEqual(json, {
    ...shown,
    id: json.id,
    updatedAt: '2026-01-02T03:04:05.678000Z',
    customAttributes: [],
    jobTitle: null,
    hasCoaching: false,
    hasEnterpriseCoaching: false,
    hasEnterpriseCoachingDashboard: false,
  });
  assert.match(json.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const list = await call(simulator, USERS);
  assert.equal(list.headers['x-total-count'], '4');
  assert.deepEqual(list.json[3], json);
  const second = (await post(simulator, { externalUserId: 'E2' })).json;
  assert.notEqual(second.id, json.id);
  assert.deepEqual(
    [second.role, second.isActive, second.isInstructor, second.loginName, second.email],
    ['LEARNER', true, false, null, null],
  );
  assert.ok(simulator.truth.userIds().has(second.id));
});

test('passwords are kept and never shown; who is active signs in with them', async (t) => {
  const simulator = await startSimulator(t, { users: 1 });
  const { json, text } = await post(simulator, ada);
  assert.equal(simulator.passwordOf(json.id), 'Secret-1');
  const changed = await patch(simulator, json.id, { password: 'Another-2' });
  assert.equal(simulator.passwordOf(json.id), 'Another-2');
  const read = await call(simulator, `${USERS}/${json.id}`);
  for (const shown of [text, changed.text, read.text, (await call(simulator, USERS)).text]) {
    assert.doesNotMatch(shown, /Secret-1|Another-2|password/);
  }
  assert.equal(simulator.canSignIn('Ada.Example', 'Another-2'), true);
  assert.equal(simulator.canSignIn('ada@example.com', 'Another-2'), true);
  assert.equal(simulator.canSignIn('ada.example', 'Secret-1'), false);
  assert.equal(simulator.canSignIn('nobody', 'Another-2'), false);
  await patch(simulator, json.id, { isActive: false });
  assert.equal(simulator.canSignIn('ada.example', 'Another-2'), false);
  assert.equal(simulator.passwordOf('unknown'), undefined);
});

test('a change sets what it names, and leaves the rest as it was', async (t) => {
  const simulator = await startSimulator(t, { users: 5 });
  const before = structuredClone(simulator.data.users[2]);
  assert.ok(before);
  const { status, json } = await patch(simulator, before.id.toUpperCase(), {
    role: 'LEARNING_ADMIN',
    id: 'other',
    odd: 1,
  });
  assert.equal(status, 200);
  assert.deepEqual(json, { ...before, role: 'LEARNING_ADMIN', updatedAt: json.updatedAt });
  assert.deepEqual((await call(simulator, `${USERS}/${before.id}`)).json, json);
});

test('who is deactivated stays in the list', async (t) => {
  const simulator = await startSimulator(t, { users: 3 });
  const id = simulator.data.users[1]?.id ?? '';
  await patch(simulator, id, { isActive: false });
  const listed = (await call(simulator, USERS)).json;
  assert.deepEqual([listed.length, listed[1].id, listed[1].isActive], [3, id, false]);
});

test('updatedAt grows with each write, also where the clock stands still or goes back, and updatedSince finds them', async (t) => {
  let nowMs = NOW_MS;
  const simulator = await startSimulator(t, { users: 3, now: () => nowMs });
  const since = encodeURIComponent(new Date(NOW_MS).toISOString());
  assert.deepEqual((await call(simulator, `${USERS}?updatedSince=${since}`)).json, []);
  const id = (await post(simulator, ada)).json.id;
  const times = [];
  for (const firstName of ['A', 'B', 'B']) {
    nowMs -= 5;
    times.push((await patch(simulator, id, { firstName })).json.updatedAt);
  }
  assert.deepEqual(times, [
    '2026-01-02T03:04:05.678001Z',
    '2026-01-02T03:04:05.678002Z',
    '2026-01-02T03:04:05.678003Z',
  ]);
  const changed = (await call(simulator, `${USERS}?updatedSince=${since}`)).json;
  assert.deepEqual(
    changed.map((user: { id: string }) => user.id),
    [id],
  );
});

test('custom attributes are set by id or by name, the id first, and the others stay', async (t) => {
  const simulator = await startSimulator(t, { users: 1 });
  const before = simulator.data.users[0]?.customAttributes ?? [];
  const [first, second, third] = before;
  assert.ok(first?.id && second?.name && third?.id);
  const { json } = await patch(simulator, simulator.data.users[0]?.id ?? '', {
    customAttributes: [
      { id: first.id, name: second.name, value: 'by id' },
      { name: second.name, value: 'by name' },
    ],
  });
  const attributeValue = (id: string | undefined) =>
    json.customAttributes.find((each: { id: string }) => each.id === id)?.value;
  assert.equal(json.customAttributes.length, before.length);
  assert.equal(attributeValue(first.id), 'by id');
  assert.equal(attributeValue(second.id), 'by name');
  assert.equal(attributeValue(third.id), third.value);
});

const refused: [name: string, change: Record<string, unknown>, message: RegExp][] = [
  ['an empty external id', { externalUserId: ' ' }, /externalUserId must have 1 to 255/],
  ['an external id that is a number', { externalUserId: 7 }, /externalUserId must be a string/],
  ['a role that is not one of the six', { role: 'OWNER' }, /role must be one of LEARNER, ADMIN/],
  ['a role in lower case', { role: 'learner' }, /role must be one of/],
  ['a list of roles', { role: ['LEARNER'] }, /role must be one of/],
  ['an e-mail address without a host', { email: 'ada@' }, /email is not an e-mail address/],
  ['an e-mail address that is null', { email: null }, /email must be a string/],
  ['a login name with a space', { loginName: 'ada example' }, /loginName may contain/],
  ['a login name that is too long', { loginName: 'a'.repeat(129) }, /loginName must have 1 to 128/],
  ['a flag that is a text', { isActive: 'false' }, /isActive must be true or false/],
  ['a password of 7 characters', { password: 'Secret1' }, /password .* at least 8 characters/],
  ['a password of two kinds of characters', { password: 'secretsecret1' }, /at least 3 of 4 kinds/],
  [
    'an unknown attribute',
    { customAttributes: [{ name: 'Shoe size', value: '42' }] },
    /no attribute has the name Shoe/,
  ],
  ['an unknown attribute id', { customAttributes: [{ id: 'x', value: '42' }] }, /no attribute has the id x/],
  ['an attribute without a value', { customAttributes: [{ name: 'Geo' }] }, /value of Geo must be a string/],
  ['attributes that are no list', { customAttributes: {} }, /customAttributes must be a list/],
];

for (const [name, change, message] of refused) {
  test(`${name} is a 422, of a new user and of a change, and nothing is done`, async (t) => {
    const simulator = await startSimulator(t, { users: 2 });
    const before = structuredClone(simulator.data.users);
    const id = before[0]?.id ?? '';
    for (const { status, json } of [
      await post(simulator, { ...ada, ...change }),
      await patch(simulator, id, { firstName: 'New', ...change }),
    ]) {
      assert.equal(status, 422);
      assert.match(json.errors[0].message, message);
    }
    assert.deepEqual(simulator.data.users, before);
    assert.equal(simulator.passwordOf(id), undefined);
  });
}

test('a password may be made of any 3 of the 4 kinds', async (t) => {
  const simulator = await startSimulator(t, { users: 1 });
  const id = simulator.data.users[0]?.id ?? '';
  for (const password of ['abcDEF12', 'abcd-1234', 'ABCD-1234', 'abcdEFGH-', 'pässwort A1']) {
    assert.equal((await patch(simulator, id, { password })).status, 200, password);
  }
});

test('a new user without an external id, and what is no object, are a 422', async (t) => {
  const simulator = await startSimulator(t, { users: 1 });
  const { externalUserId: _, ...nameless } = ada;
  assert.match((await post(simulator, nameless)).json.errors[0].message, /externalUserId is required/);
  for (const body of [[], 'text', null, undefined]) {
    assert.equal((await post(simulator, body)).status, 422);
  }
  assert.equal((await call(simulator, USERS, { method: 'POST', text: '{' })).status, 400);
});

test('an external id, login name or e-mail address of another user is a 409, in any case', async (t) => {
  const simulator = await startSimulator(t, { users: 2 });
  const { id } = (await post(simulator, ada)).json;
  const other = simulator.data.users[0]?.id ?? '';
  for (const taken of [
    { externalUserId: 'E1' },
    { externalUserId: 'e1' },
    { loginName: 'ADA.example' },
    { email: 'Ada@Example.com' },
  ]) {
    const created = await post(simulator, { externalUserId: 'E9', ...taken });
    assert.equal(created.status, 409, JSON.stringify(taken));
    assert.match(created.json.message, /another user has the/);
    assert.equal((await patch(simulator, other, taken)).status, 409);
    assert.equal((await patch(simulator, id, taken)).status, 200);
  }
  assert.equal(simulator.data.users.length, 3);
});

test('requiredAttributes rejects new users without them, but not changes', async (t) => {
  const simulator = await startSimulator(t, { users: 1, requiredAttributes: ['Geo'], errorForm: 'code' });
  for (const customAttributes of [undefined, [], [{ name: 'Geo', value: ' ' }], [{ name: 'Region', value: 'North' }]]) {
    const { status, json } = await post(simulator, { ...ada, customAttributes });
    assert.deepEqual([status, json.errors[0].additionalInfo], [422, 'Geo->field_required']);
  }
  assert.equal((await post(simulator, { ...ada, customAttributes: [{ name: 'Geo', value: 'EMEA' }] })).status, 201);
  assert.equal((await patch(simulator, simulator.data.users[0]?.id ?? '', { firstName: 'A' })).status, 200);
});

test('errorForm: code names the field and the problem of a rejected write', async (t) => {
  const simulator = await startSimulator(t, { users: 0, errorForm: 'code' });
  await post(simulator, ada);
  const other = { externalUserId: 'E2' };
  const refusals: [body: unknown, status: number, info: string][] = [
    [{ ...other, loginName: 'a b' }, 422, 'login_name->invalid_login_name_format'],
    [{ ...other, loginName: 'a'.repeat(129) }, 422, 'login_name->field_too_long'],
    [{ ...other, loginName: 'ada.example' }, 409, 'login_name->field_not_unique'],
    [{ ...other, loginName: 'Ada.Example' }, 409, 'login_name->field_not_camel_case_unique'],
    [{ externalUserId: 'E1' }, 409, 'external_id->field_not_unique'],
    [{ externalUserId: 'e1' }, 409, 'external_id->field_not_camel_case_unique'],
    [{ externalUserId: 'E'.repeat(256) }, 422, 'external_id->field_too_long'],
    [{ externalUserId: ' ' }, 422, 'external_id->field_required'],
    [{}, 422, 'external_id->field_required'],
    [{ ...other, isActive: 'yes' }, 422, 'status->must_be_active_or_inactive'],
    [{ ...other, role: 'OWNER' }, 422, 'role->is_invalid'],
    [{ ...other, email: 'x' }, 422, 'email->invalid_email_format'],
    [{ ...other, email: 'ADA@example.com' }, 409, 'email->field_not_camel_case_unique'],
    [{ ...other, password: 'short' }, 422, 'password->invalid_password'],
    [{ ...other, firstName: 7 }, 422, 'first_name->is_invalid'],
    [{ ...other, customAttributes: [{ name: 'Shoe', value: '42' }] }, 422, 'Shoe->attribute_not_found'],
    [{ ...other, customAttributes: [{ name: 'Geo', value: 1 }] }, 422, 'Geo->is_invalid'],
  ];
  for (const [body, status, info] of refusals) {
    const answer = await post(simulator, body);
    assert.deepEqual(
      [answer.status, answer.json],
      [status, { errors: [{ code: 'INVALID_FIELD_VALUE', additionalInfo: info }] }],
    );
  }
});

test('uniqueEmails: false lets users share an e-mail address', async (t) => {
  const simulator = await startSimulator(t, { users: 1, uniqueEmails: false });
  await post(simulator, ada);
  assert.equal((await post(simulator, { externalUserId: 'E2', email: ada.email })).status, 201);
});

test('an unknown user is a 404, and a write by what can only be looked up by a 405', async (t) => {
  const simulator = await startSimulator(t, { users: 1 });
  const unknown = await patch(simulator, '00000000-0000-4000-8000-000000000000', { firstName: 'A' });
  assert.equal(unknown.status, 404);
  assert.equal(typeof unknown.json.message, 'string');
  assert.equal((await patch(simulator, 'login-name-or-email/ada', {})).status, 405);
  assert.equal((await call(simulator, `${USERS}/${simulator.data.users[0]?.id}`, { method: 'DELETE' })).status, 405);
});

test('a write by external id or login name changes who is there, and creates who is not', async (t) => {
  const simulator = await startSimulator(t, { users: 0 });
  const created = await patch(simulator, `external-user-id/${encodeURIComponent('a/b')}`, { firstName: 'A' });
  assert.deepEqual([created.status, created.json.externalUserId, created.json.firstName], [201, 'a/b', 'A']);
  const updated = await patch(simulator, `external-user-id/${encodeURIComponent('a/b')}`, { loginName: 'ab' });
  assert.deepEqual([updated.status, updated.json.id, updated.json.loginName], [200, created.json.id, 'ab']);
  const inCapitals = await patch(simulator, `external-user-id/${encodeURIComponent('A/B')}`, { lastName: 'A' });
  assert.deepEqual([inCapitals.status, inCapitals.json.id], [200, created.json.id]);
  const byName = await patch(simulator, 'login-name/AB', { lastName: 'B' });
  assert.deepEqual([byName.status, byName.json.id, byName.json.firstName], [200, created.json.id, 'A']);
  assert.match((await patch(simulator, 'login-name/cd', {})).json.errors[0].message, /externalUserId is required/);
  assert.equal((await patch(simulator, 'login-name/cd', { externalUserId: 'cd' })).json.loginName, 'cd');
  assert.equal(simulator.data.users.length, 2);
});

test('a welcome e-mail goes to new users whom it was asked for, and to nobody by a change', async (t) => {
  const simulator = await startSimulator(t, { users: 1 });
  const { id } = (await post(simulator, { ...ada, sendWelcomeEmail: true })).json;
  await post(simulator, { externalUserId: 'E2', sendWelcomeEmail: false });
  await post(simulator, { externalUserId: 'E3' });
  await patch(simulator, id, { sendWelcomeEmail: true });
  assert.deepEqual(simulator.welcomeEmails, [id]);
});

test('writeAnswers: empty answers writes without a body', async (t) => {
  const simulator = await startSimulator(t, { users: 1, writeAnswers: 'empty' });
  const created = await post(simulator, ada);
  assert.deepEqual([created.status, created.text], [201, '']);
  const updated = await patch(simulator, simulator.data.users[0]?.id ?? '', { firstName: 'A' });
  assert.deepEqual([updated.status, updated.text], [204, '']);
  assert.equal(simulator.data.users[0]?.firstName, 'A');
});

test('staleReads shows a user as before a write for that many reads, and the list as it is', async (t) => {
  const simulator = await startSimulator(t, { users: 0, staleReads: 2 });
  const { id } = (await post(simulator, ada)).json;
  const read = async () => {
    const { status, json } = await call(simulator, `${USERS}/${id}`);
    return status === 200 ? json.firstName : status;
  };
  assert.deepEqual([await read(), await read(), await read()], [404, 404, 'Ada']);
  await patch(simulator, id, { firstName: 'New' });
  assert.equal((await call(simulator, USERS)).json[0].firstName, 'New');
  assert.deepEqual([await read(), await read(), await read()], ['Ada', 'Ada', 'New']);
});

test('writes() tells of each write what was sent, what came of it, and whether its answer was lost', async (t) => {
  const simulator = await startSimulator(t, { users: 1 });
  const id = simulator.data.users[0]?.id ?? '';
  const match = { method: 'PATCH' };
  await post(simulator, ada);
  await call(simulator, `${USERS}/${id}`);
  simulator.faults.add({ kind: 'lostAnswer', match });
  simulator.faults.add({ kind: 'reset', match });
  simulator.faults.add({ kind: 'status', status: 503, match });
  simulator.faults.add({ kind: 'status', status: 500, carriesOut: true, match });
  await assert.rejects(patch(simulator, id, { firstName: 'done' }));
  assert.equal(simulator.data.users[0]?.firstName, 'done');
  await assert.rejects(patch(simulator, id, { firstName: 'not done' }));
  await patch(simulator, id, { firstName: 'not done' });
  assert.equal(simulator.data.users[0]?.firstName, 'done');
  await patch(simulator, id, { firstName: 'done again' });
  assert.equal(simulator.data.users[0]?.firstName, 'done again');
  await patch(simulator, id, { role: 'OWNER' });
  await call(simulator, '/reporting/v1/organizations/{org}/report-requests/learning-activity', { method: 'POST' });
  await simulator.requests.waitFor(({ method, path, outcome }) => /learning/.test(path + method) && outcome !== 'open');
  assert.deepEqual(
    simulator.requests
      .writes()
      .map(({ method, body, result, status, outcome }) => ({ method, body, result, status, outcome })),
    [
      { method: 'POST', body: ada, result: 201, status: 201, outcome: 'answered' },
      { method: 'PATCH', body: { firstName: 'done' }, result: 200, status: undefined, outcome: 'cut' },
      { method: 'PATCH', body: { firstName: 'not done' }, result: undefined, status: undefined, outcome: 'cut' },
      { method: 'PATCH', body: { firstName: 'not done' }, result: undefined, status: 503, outcome: 'answered' },
      { method: 'PATCH', body: { firstName: 'done again' }, result: 200, status: 500, outcome: 'answered' },
      { method: 'PATCH', body: { role: 'OWNER' }, result: 422, status: 422, outcome: 'answered' },
    ],
  );
});

for (const kind of ['stall', 'emptyBody', 'garbage'] as const) {
  test(`${kind} does nothing, unless it carries out what it strikes`, async (t) => {
    const simulator = await startSimulator(t, { users: 1 });
    const id = simulator.data.users[0]?.id ?? '';
    for (const carriesOut of [false, true]) {
      simulator.faults.add({ kind, carriesOut });
      const abort = new AbortController();
      const firstName = `struck ${carriesOut}`;
      const struck = call(simulator, `${USERS}/${id}`, { method: 'PATCH', body: { firstName }, signal: abort.signal });
      const index = carriesOut ? 1 : 0;
      await simulator.requests.waitFor(
        (record) => record.index === index && record.faults.length > 0 && (!carriesOut || record.result !== undefined),
      );
      if (kind === 'stall') {
        abort.abort();
        await assert.rejects(struck);
      } else {
        assert.equal((await struck).status, 200);
      }
      assert.equal(simulator.data.users[0]?.firstName === firstName, carriesOut);
    }
  });
}
