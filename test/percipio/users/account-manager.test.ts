import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { ActionService } from '#gen/c1/connector/v2/action_pb.js';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { AccountManagerService, ResourceGetterService } from '#gen/c1/connector/v2/resource_pb.js';
import { ErrorInfoSchema, LocalizedMessageSchema } from '#gen/google/rpc/error_details_pb.js';
import type { FaultKind } from '../../../src/simulator/percipio/http/faults.ts';
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { failureOf } from '../../baton/server/failure-of.ts';
import { call, USERS } from '../../simulator/percipio/start-simulator.ts';
import { uuid } from '../start-connector.ts';
import { chosenPassword, decrypt, type Provisioning, randomPassword, startProvisioning } from './start-provisioning.ts';

/** Somebody else, who stays as they are in all tests. */
const bystander: PercipioUser = { id: uuid(9), externalUserId: 'E9', email: 'nine@example.com', isActive: true };

const asked = { external_user_id: 'E1', login_name: 'jane', first_name: 'Jane', last_name: 'Doe' };
const email = 'jane@example.com';

/** What the annotations of a response say to people. */
function noticesIn(annotations: readonly Any[]): (string | undefined)[] {
  return annotations.map((any) => anyUnpack(any, LocalizedMessageSchema)?.message);
}

type Credential = ReturnType<typeof randomPassword>;

function createAccount({ connect }: Provisioning, profile: JsonObject, credential: Credential = {}) {
  return connect(AccountManagerService).createAccount({ accountInfo: { profile }, ...credential });
}

const lookUps = [
  'GET /users/external-user-id/E1',
  'GET /users/login-name-or-email/jane',
  'GET /users/login-name-or-email/jane%40example.com',
];
const firstLookUp = lookUps[0];

test('a new person is looked up by all names, then created once, and answered as the getter has them', async (t) => {
  const started = await startProvisioning(t, [bystander]);
  const { simulator, connect, calls } = started;
  const { result, encryptedData } = await createAccount(started, {
    ...asked,
    email,
    role: 'MANAGER',
    custom_attributes: { Department: 'Platform', Office: '' },
    send_welcome_email: true,
  });
  assert.deepEqual(calls(), [...lookUps, 'GET /custom-attributes', 'POST /users']);
  assert.deepEqual(started.written(), [
    {
      externalUserId: 'E1',
      email,
      isActive: true,
      loginName: 'jane',
      firstName: 'Jane',
      lastName: 'Doe',
      role: 'MANAGER',
      customAttributes: [{ name: 'Department', value: 'Platform' }],
      sendWelcomeEmail: true,
    },
  ]);
  assert.equal(result.case, 'success');
  const { resource } = result.value;
  const resourceId = resource?.id;
  assert.ok(resourceId);
  assert.deepEqual(resource, (await connect(ResourceGetterService).getResource({ resourceId })).resource);
  assert.equal(resource.profile?.Department, 'Platform');
  assert.deepEqual([simulator.welcomeEmails, encryptedData], [[resourceId.resource], []]);
  assert.equal(simulator.data.users.length, 2);
});

test('a person without a role becomes a learner, and no welcome e-mail is sent', async (t) => {
  const started = await startProvisioning(t, []);
  await createAccount(started, { external_user_id: 'E1' });
  assert.deepEqual(started.written(), [
    { externalUserId: 'E1', isActive: true, role: 'LEARNER', customAttributes: [], sendWelcomeEmail: false },
  ]);
  assert.deepEqual(started.calls(), [firstLookUp, 'POST /users']);
});

test('e-mail and login of the account are taken where the profile has none', async (t) => {
  const started = await startProvisioning(t, []);
  const emails = [{ address: 'other@example.com' }, { address: 'primary@example.com', isPrimary: true }];
  const accounts = started.connect(AccountManagerService);
  await accounts.createAccount({ accountInfo: { emails, login: 'jane', profile: { external_user_id: 'E1' } } });
  const profile = { external_user_id: 2, email: 'own@example.com', login_name: 'own' };
  await accounts.createAccount({ accountInfo: { emails, login: 'jane', profile } });
  assert.deepEqual(
    started.simulator.data.users.map(({ externalUserId, email, loginName }) => [externalUserId, email, loginName]),
    [
      ['E1', 'primary@example.com', 'jane'],
      ['2', 'own@example.com', 'own'],
    ],
  );
});

test('a person with a random password can sign in with what only the caller can decrypt', async (t) => {
  const started = await startProvisioning(t, []);
  const { result, encryptedData } = await createAccount(started, asked, randomPassword({ length: 8n }));
  assert.equal(result.case, 'success');
  const password = await decrypt(encryptedData);
  assert.equal(password.length, 8);
  assert.ok(started.simulator.canSignIn('jane', password));
  assert.ok(!started.log().includes(password));
});

test('a person with a password that the caller chose can sign in with it, and it is not sent back', async (t) => {
  const started = await startProvisioning(t, []);
  const { encryptedData } = await createAccount(started, asked, await chosenPassword('Correct horse 1'));
  assert.ok(started.simulator.canSignIn('jane', 'Correct horse 1'));
  assert.deepEqual(encryptedData, []);
  assert.ok(!started.log().includes('Correct horse 1'));
});

for (const [title, credential] of [
  ['SSO', { credentialOptions: { options: { case: 'sso', value: { ssoProvider: 'corporate' } } } }],
  ['no password', { credentialOptions: { options: { case: 'noPassword', value: {} } } }],
] as [string, Credential][]) {
  test(`a person with the credential option ${title} gets no password`, async (t) => {
    const started = await startProvisioning(t, []);
    const { result } = await createAccount(started, asked, credential);
    assert.equal(result.case, 'success');
    assert.ok(!JSON.stringify(started.written()).includes('password'));
  });
}

for (const [title, profile, fault, credential] of [
  ['without an external user id', {}, /external_user_id is required/],
  ['with an external user id of spaces', { external_user_id: '  ' }, /external_user_id is required/],
  ['with an external user id that is too long', { external_user_id: 'E'.repeat(256) }, /longer than 255/],
  ['with an e-mail that is none', { ...asked, email: 'jane.example.com' }, /email must be an e-mail address/],
  ['with a login name that is too long', { ...asked, login_name: 'j'.repeat(129) }, /login_name is longer than 128/],
  ['with spaces in the login name', { ...asked, login_name: 'jane doe' }, /login_name must not contain spaces/],
  ['with an unknown role', { ...asked, role: 'BOSS' }, /role must be one of LEARNER, ADMIN/],
  ['with an attribute that is no text', { ...asked, custom_attributes: { A: {} } }, /custom_attributes\.A must be/],
  ['with attributes that have no names', { ...asked, custom_attributes: 'A' }, /custom_attributes must be strings by/],
  ['with a welcome e-mail and no e-mail', { ...asked, send_welcome_email: true }, /send_welcome_email needs an e-mail/],
  [
    'with a language and no welcome e-mail',
    { ...asked, email, welcome_email_language: 'de' },
    /welcome_email_language needs send_welcome_email/,
  ],
  [
    'with a language that Percipio does not have',
    { ...asked, email, send_welcome_email: true, welcome_email_language: 'tlh' },
    /welcome_email_language must be one of en, es, de, fr, pt, ja, zh/,
  ],
  [
    'with a password to reset and none',
    { ...asked, must_reset_password: true },
    /must_reset_password needs a password/,
  ],
  ['with a flag that is none', { ...asked, reactivate: 'perhaps' }, /reactivate must be true or false/],
  ['with an invalid state', { ...asked, is_active: 'later' }, /is_active must be true or false/],
  [
    'with a password and nothing to sign in by',
    { external_user_id: 'E1' },
    /needs a login_name or an email/,
    randomPassword(),
  ],
  [
    'with a password of two kinds of characters',
    asked,
    /at least 8 characters of at least 3 kinds/,
    // The rule of the request leaves no room for other characters.
    randomPassword({ length: 8n, constraints: [{ charSet: 'abc123', minCount: 8 }] }),
  ],
] as [string, JsonObject, RegExp, Credential?][]) {
  test(`an account ${title} is INVALID_ARGUMENT before any request`, async (t) => {
    const started = await startProvisioning(t, []);
    const error = await failureOf(createAccount(started, profile, credential));
    assert.equal(error.code, Code.InvalidArgument);
    assert.match(error.rawMessage, fault);
    assert.deepEqual(started.calls(), []);
  });
}

test('a password that the caller chose too short is INVALID_ARGUMENT before any request', async (t) => {
  const started = await startProvisioning(t, []);
  const error = await failureOf(createAccount(started, asked, await chosenPassword('Ab1!')));
  assert.equal(error.code, Code.InvalidArgument);
  assert.match(error.rawMessage, /at least 8 characters/);
  assert.doesNotMatch(error.rawMessage, /Ab1!/);
  assert.deepEqual(started.calls(), []);
});

const validFields =
  'external_user_id, email, login_name, first_name, last_name, role, custom_attributes, is_active, is_instructor, send_welcome_email, welcome_email_language, must_reset_password, reactivate';

test('fields that Percipio does not have are INVALID_ARGUMENT before any request, with the valid ones', async (t) => {
  const started = await startProvisioning(t, []);
  const profile = { ...asked, jobTitle: 'Secret engineer', 'external_user_id ': 'E1' };
  const error = await failureOf(createAccount(started, profile));
  assert.equal(error.code, Code.InvalidArgument);
  assert.equal(
    error.rawMessage,
    `Cannot create the account: unknown profile fields "jobTitle", "external_user_id "; valid fields: ${validFields}. Correct the request, or start the connector with --ignore-unknown-account-fields (BATON_IGNORE_UNKNOWN_ACCOUNT_FIELDS=true)`,
  );
  assert.deepEqual(started.calls(), []);
});

test('unknown fields that an operator wants ignored are named in the response and the log, without values', async (t) => {
  const started = await startProvisioning(t, [], { settings: { 'ignore-unknown-account-fields': true } });
  const { result, annotations } = await createAccount(started, { ...asked, jobTitle: 'Secret engineer' });
  assert.equal(result.case, 'success');
  const said = `ignored the unknown profile field "jobTitle" of an account; valid fields: ${validFields}`;
  assert.deepEqual(noticesIn(annotations), [said]);
  assert.ok(started.log().includes(JSON.stringify(said)));
  assert.doesNotMatch(started.log(), /Secret engineer/);
});

test('e-mails besides the one that Percipio gets are counted in the response and the log, without addresses', async (t) => {
  const started = await startProvisioning(t, []);
  const { connect } = started;
  const emails = [
    { address: email, isPrimary: true },
    { address: 'second@example.com' },
    { address: 'SECOND@example.com' },
    { address: 'third@example.com' },
    { address: email.toUpperCase() },
  ];
  const create = (profile: JsonObject) =>
    connect(AccountManagerService).createAccount({ accountInfo: { emails, profile: { ...asked, ...profile } } });
  const { result, annotations } = await create({});
  assert.equal(result.case, 'success');
  const said = 'ignored 2 additional e-mail addresses of an account: Percipio stores only one';
  assert.deepEqual(noticesIn(annotations), [said]);
  assert.ok(started.log().includes(JSON.stringify(said)));
  assert.doesNotMatch(started.log(), /(?:second|third)@/i);
  assert.equal(started.simulator.data.users[0]?.email, email);
  const chosen = await create({ external_user_id: 'E2', login_name: 'jane2', email: 'third@example.com' });
  assert.deepEqual(noticesIn(chosen.annotations), [
    'ignored 1 additional e-mail address of an account: Percipio stores only one',
  ]);
});

test('many unknown fields, and long names, are cut', async (t) => {
  const started = await startProvisioning(t, []);
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`x${index}${'x'.repeat(100)}`, 1]));
  const { rawMessage } = await failureOf(createAccount(started, { ...asked, ...many }));
  assert.match(rawMessage, /"x19x{61}" and 10 more; valid fields/);
});

test('fields without a value, and those that callers add for any connector, are not unknown', async (t) => {
  const started = await startProvisioning(t, []);
  const profile = { external_user_id: 'E1', jobTitle: null, manager: ' ', login: 'jane', email };
  const { annotations } = await createAccount(started, profile);
  assert.deepEqual(annotations, []);
  const [user] = started.simulator.data.users;
  assert.deepEqual([user?.loginName, user?.email], ['jane', email]);
});

test('all faults of an account are told at once, without its values', async (t) => {
  const started = await startProvisioning(t, []);
  const { rawMessage } = await failureOf(createAccount(started, { email: 'secret-mail', login_name: 'a secret' }));
  assert.match(rawMessage, /external_user_id .*; email .*; login_name /);
  assert.doesNotMatch(rawMessage, /secret/);
});

for (const [title, existing] of [
  ['external user id', { externalUserId: 'E1', loginName: 'other', email: 'other@example.com' }],
  ['external user id in another case', { externalUserId: 'e1', loginName: 'jane', email: 'other@example.com' }],
  ['login name, and no external user id', { externalUserId: null, loginName: 'JANE', email: 'other@example.com' }],
  ['e-mail, and no external user id', { externalUserId: '', loginName: 'other', email: 'Jane@Example.com' }],
] as const) {
  test(`an active person with the same ${title} is answered as already there, and left as they are`, async (t) => {
    const before = { id: uuid(1), isActive: true, ...existing };
    const started = await startProvisioning(t, [bystander, { ...before }]);
    const profile = { ...asked, email, reactivate: true };
    const { result, encryptedData } = await createAccount(started, profile, randomPassword());
    assert.equal(result.case, 'alreadyExists');
    assert.equal(result.value.resource?.id?.resource, uuid(1));
    assert.deepEqual(encryptedData, []);
    assert.deepEqual(started.calls(), lookUps);
    assert.deepEqual(started.simulator.data.users[1], before);
  });
}

for (const isActive of [true, false]) {
  for (const [title, what, names] of [
    ['login name', 'the login name of the request belongs', { loginName: 'JANE', email: 'other@example.com' }],
    ['e-mail', 'the e-mail of the request belongs', { loginName: 'other', email: 'Jane@Example.com' }],
    ['login name and e-mail', 'the login name and the e-mail of the request belong', { loginName: 'jane', email }],
    ['e-mail as login name', 'the e-mail of the request belongs', { loginName: email, email: 'other@example.com' }],
  ] as const) {
    test(`the account of somebody else, ${isActive ? 'active' : 'inactive'}, with the same ${title} is left alone`, async (t) => {
      const before = { id: uuid(1), externalUserId: 'E2', isActive, firstName: 'Confidential', ...names };
      const started = await startProvisioning(t, [bystander, { ...before }]);
      const error = await failureOf(createAccount(started, { ...asked, email, reactivate: true }, randomPassword()));
      assert.deepEqual([error.code, error.findDetails(ErrorInfoSchema).length], [Code.FailedPrecondition, 1]);
      assert.equal(
        error.rawMessage,
        `In Percipio, ${what} to user ${uuid(1)} with the external user id "E2", not "E1": another person. Nothing was changed. If it is the same person, run the action adopt_user with user_id ${uuid(1)}, old_external_user_id "E2" and new_external_user_id "E1", and repeat the request. Otherwise request another login name and e-mail, or change those of user ${uuid(1)}`,
      );
      assert.deepEqual(started.calls(), lookUps);
      assert.deepEqual(started.simulator.data.users[1], before);
    });
  }
}

test('one name for login and e-mail is looked up once', async (t) => {
  const started = await startProvisioning(t, []);
  await createAccount(started, { ...asked, login_name: 'Jane@example.com', email });
  assert.deepEqual(started.calls(), [firstLookUp, 'GET /users/login-name-or-email/Jane%40example.com', 'POST /users']);
});

test('a person of whom Percipio does not say whether they are active counts as inactive', async (t) => {
  const started = await startProvisioning(t, [{ id: uuid(1), externalUserId: 'E1', isActive: null }]);
  assert.equal((await createAccount(started, { ...asked, reactivate: true })).result.case, 'success');
  assert.equal(started.simulator.data.users[0]?.isActive, true);
});

test('an inactive person is not brought back unless that is asked for, and the answer says how to', async (t) => {
  const started = await startProvisioning(t, [{ id: uuid(1), externalUserId: 'E1', isActive: false }]);
  const error = await failureOf(createAccount(started, asked));
  assert.equal(error.code, Code.FailedPrecondition);
  assert.match(
    error.rawMessage,
    new RegExp(`inactive account in Percipio, user ${uuid(1)}\\. Set the field reactivate`),
  );
  assert.equal(error.findDetails(ErrorInfoSchema)[0]?.reason, 'grant_cancelled');
  assert.deepEqual(started.simulator.requests.writes(), []);
});

/** Had more rights once, and has another name now. */
const former: PercipioUser = {
  id: uuid(1),
  externalUserId: 'e1',
  email,
  loginName: 'jane',
  firstName: 'Jane',
  lastName: 'Smith',
  role: 'ADMIN',
  isActive: false,
  customAttributes: [
    { id: uuid(501), name: 'Department', value: 'Support' },
    { id: uuid(502), name: 'Region', value: 'North' },
  ],
};

test('a person who comes back is changed as asked for and made active in one write', async (t) => {
  const started = await startProvisioning(t, [bystander, { ...former }]);
  const custom_attributes = { Department: 'Platform', Region: 'North' };
  const profile = { ...asked, email, custom_attributes, reactivate: true };
  const { result, encryptedData } = await createAccount(started, profile, randomPassword());
  assert.equal(result.case, 'success');
  assert.equal(result.value.resource?.profile?.last_name, 'Doe');
  const user = `/users/${uuid(1)}`;
  assert.deepEqual(started.calls(), [
    ...lookUps,
    'GET /custom-attributes',
    `GET ${user}`,
    `PATCH ${user}`,
    `GET ${user}`,
  ]);
  const password = await decrypt(encryptedData);
  assert.deepEqual(started.written(), [
    {
      isActive: true,
      lastName: 'Doe',
      // The role that they had is not asked for.
      role: 'LEARNER',
      customAttributes: [{ name: 'Department', value: 'Platform' }],
      password,
    },
  ]);
  assert.ok(started.simulator.canSignIn('jane', password));
  assert.ok(!started.log().includes(password));
});

test('a person who comes back to an account without an external user id gets theirs', async (t) => {
  const started = await startProvisioning(t, [{ ...former, externalUserId: null }]);
  await createAccount(started, { ...asked, reactivate: true });
  assert.equal(started.simulator.data.users[0]?.externalUserId, 'E1');
});

test('an account that becomes somebody else’s while it is reactivated is left alone', async (t) => {
  const started = await startProvisioning(t, [{ ...former }]);
  const { simulator } = started;
  // The first read by id, after the look-ups.
  simulator.faults.add({
    ...{ kind: 'delay', delayMs: 0, match: { method: 'GET', path: new RegExp(`/users/${uuid(1)}$`) } },
    onStrike: () => Object.assign(simulator.data.users[0] ?? {}, { externalUserId: 'E5' }),
  });
  const error = await failureOf(createAccount(started, { ...asked, reactivate: true }, randomPassword()));
  assert.equal(error.code, Code.FailedPrecondition);
  assert.match(
    error.rawMessage,
    /the account of the request belongs to user .* with the external user id "E5", not "E1"/,
  );
  assert.deepEqual(simulator.requests.writes(), []);
});

test('a person who comes back gets no welcome e-mail, and the response says so', async (t) => {
  const started = await startProvisioning(t, [{ ...former }]);
  const profile = { ...asked, email, reactivate: true, send_welcome_email: true };
  const { annotations } = await createAccount(started, profile);
  assert.match(noticesIn(annotations).join(), /^no welcome e-mail was sent/);
  assert.deepEqual(started.simulator.welcomeEmails, []);
});

/** Faults of a write, and whether Percipio carries it out all the same. */
const writeFaults: [string, FaultKind][] = [
  ['an answer that is lost', { kind: 'lostAnswer' }],
  ['a 500 after the fact', { kind: 'status', status: 500, carriesOut: true }],
  ['a connection that breaks before', { kind: 'reset' }],
  ['a 503 before', { kind: 'status', status: 503 }],
  ['a 429 before', { kind: 'status', status: 429 }],
  ['an answer without a body', { kind: 'emptyBody', carriesOut: true }],
  ['an answer that is cut off', { kind: 'truncate' }],
];

for (const [title, fault] of writeFaults) {
  test(`a creation with ${title} makes one account, whose password works`, async (t) => {
    const started = await startProvisioning(t, [bystander]);
    started.simulator.faults.add({ ...fault, match: { method: 'POST' } });
    const { result, encryptedData } = await createAccount(started, { ...asked, email }, randomPassword());
    assert.equal(result.case, 'success');
    assert.equal(started.written().length, 1);
    assert.equal(started.simulator.data.users.length, 2);
    assert.ok(started.simulator.canSignIn('jane', await decrypt(encryptedData)));
  });

  test(`a return with ${title} changes the account once, and its password works`, async (t) => {
    const started = await startProvisioning(t, [{ ...former }]);
    started.simulator.faults.add({ ...fault, match: { method: 'PATCH' } });
    const { result, encryptedData } = await createAccount(started, { ...asked, reactivate: true }, randomPassword());
    assert.equal(result.case, 'success');
    assert.equal(started.written().length, 1);
    assert.ok(started.simulator.canSignIn('jane', await decrypt(encryptedData)));
  });
}

test('names that belong to different people are refused, and nothing is written', async (t) => {
  const started = await startProvisioning(t, [
    { id: uuid(1), externalUserId: 'E1', isActive: false },
    { id: uuid(2), externalUserId: 'E2', email, isActive: true },
  ]);
  const error = await failureOf(createAccount(started, { ...asked, email, reactivate: true }));
  assert.equal(error.code, Code.FailedPrecondition);
  assert.match(
    error.rawMessage,
    new RegExp(
      `the external user id belongs to user ${uuid(1)} \\(external user id "E1"\\), the e-mail belongs to user ${uuid(2)} \\(external user id "E2"\\)`,
    ),
  );
  assert.deepEqual(started.simulator.requests.writes(), []);
});

test('a person whom somebody else creates meanwhile is already there', async (t) => {
  // The two look-ups before the write do not see the person yet, nor does the first one after it.
  const started = await startProvisioning(t, [], { staleReads: 3 });
  await call(started.simulator, USERS, { method: 'POST', body: { externalUserId: 'E1', loginName: 'jane' } });
  const { result, encryptedData } = await createAccount(started, asked, randomPassword());
  assert.deepEqual([result.case, encryptedData], ['alreadyExists', []]);
  assert.equal(started.simulator.requests.writes().at(-1)?.result, 409);
  assert.equal(started.simulator.data.users.length, 1);
});

test('a colleague who gets the login name meanwhile keeps the account', async (t) => {
  // The look-up before the write does not see the colleague yet, nor does the first one after it.
  const started = await startProvisioning(t, [], { staleReads: 2 });
  const colleague = { externalUserId: 'E2', loginName: 'Jane' };
  await call(started.simulator, USERS, { method: 'POST', body: colleague });
  const error = await failureOf(createAccount(started, asked, randomPassword()));
  assert.equal(started.simulator.requests.writes().at(-1)?.result, 409);
  assert.equal(error.code, Code.FailedPrecondition);
  assert.match(error.rawMessage, /the login name of the request belongs to user .* with the external user id "E2"/);
  assert.equal(started.simulator.data.users.length, 1);
});

for (const [options, more] of [
  [{}, {}],
  [{ errorForm: 'code', writeAnswers: 'empty', staleReads: 1 }, {}],
  // By a batch, which has no conflict for an external user id.
  [{}, { must_reset_password: true }],
] as const) {
  test(`two people whom two replicas create with one login name at once are not mixed up (${JSON.stringify([options, more])})`, async (t) => {
    const started = await startProvisioning(t, [], options);
    started.simulator.faults.add({ kind: 'gather', count: 2, match: { method: 'POST' } });
    const outcomes = await Promise.all(
      [started, started.restarted()].map((replica, index) =>
        createAccount(
          replica,
          { external_user_id: `E${index + 1}`, login_name: 'jane', ...more },
          randomPassword(),
        ).then(
          ({ result }) => result.case,
          (error) => [error.code, error.rawMessage],
        ),
      ),
    );
    const [winner, loser] = outcomes[0] === 'success' ? ['E1', 'E2'] : ['E2', 'E1'];
    const [code, message] = outcomes.find((outcome) => outcome !== 'success') ?? [];
    assert.equal(code, Code.FailedPrecondition);
    assert.match(String(message), new RegExp(`with the external user id "${winner}", not "${loser}": another person`));
    assert.deepEqual(
      started.simulator.data.users.map(({ externalUserId }) => externalUserId),
      [winner],
    );
  });
}

test('what Percipio refuses as taken is ALREADY_EXISTS, and says what that means', async (t) => {
  const started = await startProvisioning(t, []);
  const body = { message: 'another user has the loginName' };
  started.simulator.faults.add({ kind: 'status', status: 409, body, match: { method: 'POST' } });
  const error = await failureOf(createAccount(started, asked));
  assert.equal(error.code, Code.AlreadyExists);
  assert.match(error.rawMessage, /answered 409 .*another user has the loginName\. Another user in Percipio has this/);
});

for (const status of [400, 409, 422]) {
  test(`a login name that is taken is ALREADY_EXISTS, by what Percipio says of it, with status ${status}`, async (t) => {
    const started = await startProvisioning(t, []);
    const errors = [{ code: 'INVALID_FIELD_VALUE', additionalInfo: 'login_name->field_not_camel_case_unique' }];
    started.simulator.faults.add({ kind: 'status', status, body: { errors }, match: { method: 'POST' } });
    const error = await failureOf(createAccount(started, asked));
    assert.equal(error.code, Code.AlreadyExists);
    assert.match(
      error.rawMessage,
      /INVALID_FIELD_VALUE \(login_name->field_not_camel_case_unique\)\. Another user in Percipio has the login name already, in this or another case; nothing was changed$/,
    );
  });
}

test('a user who has appeared meanwhile is found, whatever status says that the id is taken', async (t) => {
  const started = await startProvisioning(t, []);
  const errors = [{ code: 'INVALID_FIELD_VALUE', additionalInfo: 'external_id->field_not_unique' }];
  started.simulator.faults.add({
    ...{ kind: 'status', status: 400, body: { errors }, match: { method: 'POST' } },
    onStrike: () => void started.simulator.data.users.push({ id: uuid(7), externalUserId: 'E1', isActive: true }),
  });
  await createAccount(started, { external_user_id: 'E1' });
  assert.equal(started.simulator.data.users.length, 1);
});

for (const [name, changes, options, advice] of [
  [
    'a login name',
    { login_name: 'ada!' },
    {},
    /Use only letters, digits and the characters @ _ \+ - \. in the login name$/,
  ],
  [
    'a missing attribute',
    {},
    { requiredAttributes: ['Geo'] },
    /Percipio requires the custom attribute "Geo": give it a value$/,
  ],
  [
    'an unknown attribute',
    { custom_attributes: { Departement: 'Sales' } },
    { forbidden: ['common'] },
    /Percipio does not have the custom attribute "Departement": correct its name, or create it in Percipio$/,
  ],
] as const) {
  test(`what to do about ${name} that Percipio refuses is in the error`, async (t) => {
    const started = await startProvisioning(t, [], { errorForm: 'code', ...options } as PercipioSimulatorOptions);
    const error = await failureOf(createAccount(started, { ...asked, ...changes }));
    assert.equal(error.code, Code.InvalidArgument);
    assert.match(error.rawMessage, advice);
  });
}

test('what to do about a password that Percipio refuses is in the error, and the password is not', async (t) => {
  const started = await startProvisioning(t, [], { errorForm: 'code' });
  const error = await failureOf(createAccount(started, asked, await chosenPassword('ÄÖÜäöü12')));
  assert.match(error.rawMessage, /Choose a password of at least 8 characters of at least 3 kinds: lower case/);
  assert.doesNotMatch(error.rawMessage + started.log(), /ÄÖÜäöü12/);
});

test('a password that Percipio refuses and repeats is in no error and no log', async (t) => {
  const started = await startProvisioning(t, []);
  // Of three kinds of characters as Unicode counts them, of two as Percipio's stand-in does.
  const error = await failureOf(createAccount(started, asked, await chosenPassword('ÄÖÜäöü12')));
  assert.equal(error.code, Code.InvalidArgument);
  assert.match(error.rawMessage, /answered 422 .*at least 8 characters/);
  assert.doesNotMatch(error.rawMessage + started.log(), /ÄÖÜäöü12/);
});

test('a service account that may not write is told which permission it needs', async (t) => {
  const started = await startProvisioning(t, []);
  started.simulator.faults.add({ kind: 'status', status: 403, match: { method: 'POST' } });
  const error = await failureOf(createAccount(started, asked));
  assert.equal(error.code, Code.PermissionDenied);
  assert.match(error.rawMessage, /needs permission for the API family user-management/);
});

test('an attribute that the organization does not have is told before the write, with those that it has', async (t) => {
  const started = await startProvisioning(t, []);
  const error = await failureOf(createAccount(started, { ...asked, custom_attributes: { Departement: 'Sales' } }));
  assert.equal(error.code, Code.InvalidArgument);
  assert.match(error.rawMessage, /no custom attribute named "Departement"; it has: Business Unit, .*Department, /);
  assert.deepEqual(started.simulator.requests.writes(), []);
});

test('where the names of attributes may not be read, it is left to Percipio to refuse one', async (t) => {
  const started = await startProvisioning(t, [], { forbidden: ['common'] });
  await createAccount(started, { ...asked, custom_attributes: { Department: 'Sales' } });
  const other = { external_user_id: 'E2', custom_attributes: { Departement: 'Sales' } };
  const error = await failureOf(createAccount(started, other));
  assert.equal(error.code, Code.InvalidArgument);
  assert.match(error.rawMessage, /answered 422 .*no attribute has the name Departement/);
});

test('names of attributes in another form than expected are left to Percipio; those it cannot tell now are not', async (t) => {
  const started = await startProvisioning(t, []);
  const { faults } = started.simulator;
  const match = { path: /custom-attributes/ };
  faults.add({ kind: 'status', status: 200, body: { items: [] }, match });
  await createAccount(started, { ...asked, custom_attributes: { Department: 'Sales' } });
  faults.add({ kind: 'status', status: 503, times: 9, match });
  const other = { external_user_id: 'E2', custom_attributes: { Department: 'Sales' } };
  assert.equal((await failureOf(createAccount(started, other))).code, Code.Unavailable);
  assert.equal(started.simulator.data.users.length, 1);
});

test('a call that is cancelled while people are looked up creates nobody', async (t) => {
  const { signal, abort } = ((controller) => ({
    signal: controller.signal,
    abort: () => controller.abort(),
  }))(new AbortController());
  const started = await startProvisioning(t, [], { signal });
  started.simulator.faults.add({ kind: 'stall', match: { path: /login-name-or-email/ } });
  const failure = assert.rejects(createAccount(started, asked));
  await started.simulator.requests.waitFor(({ path }) => path.includes('login-name-or-email'));
  abort();
  await failure;
  assert.deepEqual(started.simulator.requests.writes(), []);
});

test('an account for a person who starts later is created inactive, once, and enabled by the action', async (t) => {
  const started = await startProvisioning(t, []);
  const { simulator, connect } = started;
  const profile = { ...asked, is_active: false, is_instructor: true };
  const { result, encryptedData } = await createAccount(started, profile, randomPassword());
  assert.equal(result.case, 'success');
  assert.equal((await createAccount(started, profile, randomPassword())).result.case, 'alreadyExists');
  const [user] = simulator.data.users;
  assert.deepEqual([simulator.data.users.length, user?.isActive, user?.isInstructor], [1, false, true]);
  const password = await decrypt(encryptedData);
  assert.ok(!simulator.canSignIn('jane', password));
  await connect(ActionService).invokeAction({ name: 'enable_user', args: { user_id: user?.id ?? '' } });
  assert.ok(simulator.canSignIn('jane', password));
});

test('a person who will come back is changed as asked for and stays inactive', async (t) => {
  const started = await startProvisioning(t, [{ ...former }]);
  const profile = { ...asked, is_active: 'false', reactivate: true };
  assert.equal((await createAccount(started, profile)).result.case, 'success');
  assert.equal((await createAccount(started, profile)).result.case, 'alreadyExists');
  assert.deepEqual(started.written(), [{ lastName: 'Doe', role: 'LEARNER' }]);
  const { encryptedData } = await createAccount(started, profile, randomPassword());
  assert.equal(started.simulator.passwordOf(uuid(1)), await decrypt(encryptedData));
  assert.equal(started.simulator.data.users[0]?.isActive, false);
});

test('an active person who differs from the request stays as they are, and the response names the fields, not the values', async (t) => {
  const departments = [{ name: 'Department', value: 'Secret' }];
  const existing = {
    ...former,
    isActive: true,
    email: 'other@example.com',
    role: 'ADMIN',
    customAttributes: departments,
  };
  for (const [profile, fields, actions] of [
    [{ ...asked, email, custom_attributes: { Department: 'Public' } }, 'email, last_name, custom_attributes', ''],
    [{ ...asked, role: 'MANAGER', last_name: '' }, 'role', ''],
    [{ ...asked, email: existing.email, last_name: '' }, undefined, ''],
  ] as const) {
    const started = await startProvisioning(t, [{ ...existing }]);
    const { result, annotations } = await createAccount(started, profile);
    assert.equal(result.case, 'alreadyExists');
    const said = `user ${uuid(1)} already exists and stays as it is, although it differs from the request: ${fields}. To change that, use update_user_profile${actions}`;
    assert.deepEqual(noticesIn(annotations), fields === undefined ? [] : [said]);
    assert.deepEqual(started.written(), []);
  }
});

test('an active person stays active when an inactive account is requested, and the response says so', async (t) => {
  const started = await startProvisioning(t, [{ ...former, isActive: true }]);
  const profile = { ...asked, last_name: 'Smith', is_active: false, reactivate: true };
  const { result, annotations } = await createAccount(started, profile);
  assert.equal(result.case, 'alreadyExists');
  assert.deepEqual(noticesIn(annotations), [
    `user ${uuid(1)} is active and stays active, although is_active is false: use the action disable_user to deactivate the user`,
  ]);
  assert.deepEqual(started.written(), []);
});

test('the account schema asks for an external user id and offers the rest, in the order of a form', async (t) => {
  const { connect } = await startProvisioning(t, []);
  const { metadata } = await connect(ConnectorService).getMetadata({});
  const fields = Object.entries(metadata?.accountCreationSchema?.fieldMap ?? {});
  assert.deepEqual(
    fields
      .sort(([, one], [, other]) => one.order - other.order)
      .map(([name, { required, field }]) => [name, field.case, required]),
    [
      ['external_user_id', 'stringField', true],
      ['email', 'stringField', false],
      ['login_name', 'stringField', false],
      ['first_name', 'stringField', false],
      ['last_name', 'stringField', false],
      ['role', 'stringField', false],
      ['custom_attributes', 'mapField', false],
      ['is_active', 'boolField', false],
      ['is_instructor', 'boolField', false],
      ['send_welcome_email', 'boolField', false],
      ['welcome_email_language', 'stringField', false],
      ['must_reset_password', 'boolField', false],
      ['reactivate', 'boolField', false],
    ],
  );
});
