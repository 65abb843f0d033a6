import assert from 'node:assert/strict';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { AccountManagerService, type EncryptedData } from '#gen/c1/connector/v2/resource_pb.js';
import { LocalizedMessageSchema } from '#gen/google/rpc/error_details_pb.js';
import type { AccountManager, CreateAccountOutcome, Credential } from '../../../../src/baton/author/provisioner.ts';
import { failureOf } from '../../server/failure-of.ts';
import { createChangingLibrary, lastReader } from '../changing-library.ts';
import { testEachWay } from '../each-way.ts';

const accountInfo = { emails: [{ address: 'r9@library.test', isPrimary: true }], login: 'r9', profile: { shelf: 'b' } };
const randomPassword = { options: { case: 'randomPassword', value: { length: 20n } } } as const;

async function createRecipient() {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return {
    config: { config: { case: 'ageRecipientConfig', value: { recipient } } } as const,
    decrypt: (data: EncryptedData | undefined) => decrypter.decrypt(data?.encryptedBytes ?? new Uint8Array(), 'text'),
  };
}

const passwordOf = (credential: Credential | undefined) =>
  credential && 'password' in credential ? credential.password : undefined;

testEachWay('an account gets a random password, and the caller gets it encrypted for each config', async (serve) => {
  const { connector, asked } = createChangingLibrary();
  const { connect, log } = await serve(connector);
  const recipients = [await createRecipient(), await createRecipient()];
  const { result, encryptedData } = await connect(AccountManagerService).createAccount({
    accountInfo,
    credentialOptions: { ...randomPassword, forceChangeAtNextLogin: true },
    encryptionConfigs: recipients.map(({ config }) => config),
  });
  assert.ok(result.case === 'success' && result.value.isCreateAccountResult);
  assert.equal(result.value.resource?.id?.resource, lastReader.id?.resource);
  const [{ account, credential } = {}] = asked.accounts;
  assert.deepEqual(
    [account?.login, account?.emails[0]?.address, account?.profile],
    ['r9', 'r9@library.test', { shelf: 'b' }],
  );
  const password = passwordOf(credential) ?? '';
  assert.deepEqual(credential, { kind: 'random-password', password, mustChange: true });
  assert.equal(password.length, 20);
  for (const [index, { decrypt }] of recipients.entries()) {
    assert.equal(await decrypt(encryptedData[index]), password);
    assert.equal(encryptedData[index]?.name, 'password');
  }
  assert.ok(!log().includes(password));
});

for (const [outcome, resultCase, secrets] of [
  [{ outcome: 'created', resource: lastReader }, 'success', 1],
  [{ outcome: 'action-required', resource: lastReader, message: 'Hand out the card' }, 'actionRequired', 1],
  [{ outcome: 'already-exists', resource: lastReader }, 'alreadyExists', 0],
  [{ outcome: 'in-progress' }, 'inProgress', 0],
] as const satisfies readonly (readonly [CreateAccountOutcome, string, number])[]) {
  testEachWay(`the outcome ${outcome.outcome} has ${secrets} secrets`, async (serve) => {
    const { connect } = await serve(createChangingLibrary({ accountOutcome: outcome }).connector);
    const { result, encryptedData } = await connect(AccountManagerService).createAccount({
      accountInfo,
      credentialOptions: randomPassword,
      encryptionConfigs: [(await createRecipient()).config],
    });
    assert.equal(result.case, resultCase);
    assert.ok(result.value?.isCreateAccountResult);
    assert.equal(result.value?.resource?.id?.resource, 'resource' in outcome ? 'r9' : undefined);
    if (result.case === 'actionRequired') assert.equal(result.value.message, 'Hand out the card');
    assert.equal(encryptedData.length, secrets);
  });
}

testEachWay('without credential options, the connector chooses', async (serve) => {
  const { connector, asked } = createChangingLibrary();
  const { connect } = await serve(connector);
  const { result, encryptedData } = await connect(AccountManagerService).createAccount({
    accountInfo,
    encryptionConfigs: [(await createRecipient()).config],
  });
  assert.deepEqual([result.case, encryptedData, asked.accounts[0]?.credential], ['success', [], undefined]);
});

testEachWay('nothing is written for a request that cannot be fulfilled to its end', async (serve) => {
  const { connector, asked } = createChangingLibrary({ credentialOptions: ['no-password', 'random-password'] });
  const manager = (await serve(connector)).connect(AccountManagerService);
  const { config } = await createRecipient();
  const badConfig = { config: { case: 'ageRecipientConfig', value: { recipient: 'age1nobody' } } } as const;
  for (const [request, fault] of [
    [{ credentialOptions: randomPassword }, /without encryption_configs/],
    [{ credentialOptions: randomPassword, encryptionConfigs: [config, badConfig] }, /encryption_configs\[1\]/],
    [{ credentialOptions: {} }, /has no option/],
    [
      { credentialOptions: { options: { case: 'sso', value: {} } } },
      /requests sso; this connector supports: no-password, random-password$/,
    ],
  ] as const) {
    const error = await failureOf(manager.createAccount({ accountInfo, ...request } as never));
    assert.equal(error.code, Code.InvalidArgument, error.message);
    assert.match(error.rawMessage, fault);
  }
  const error = await failureOf(manager.createAccount({}));
  assert.deepEqual([error.code, error.rawMessage], [Code.InvalidArgument, 'account_info is required']);
  assert.deepEqual(asked.accounts, []);
});

testEachWay('a request that names no type means the only one, and no other name will do', async (serve) => {
  const { connector, asked } = createChangingLibrary();
  const manager = (await serve(connector)).connect(AccountManagerService);
  await manager.createAccount({ accountInfo });
  await manager.createAccount({ accountInfo, resourceTypeId: 'reader' });
  assert.equal(asked.accounts.length, 2);
  const error = await failureOf(manager.createAccount({ accountInfo, resourceTypeId: 'book' }));
  assert.deepEqual(
    [error.code, error.rawMessage],
    [Code.Unimplemented, 'connector does not have account manager configured for resource type: book'],
  );
});

testEachWay('among several types one must be named, unless there is a type user', async (serve) => {
  const { connector, asked } = createChangingLibrary({ staff: true });
  const manager = (await serve(connector)).connect(AccountManagerService);
  await manager.createAccount({ accountInfo, resourceTypeId: 'staff' });
  const error = await failureOf(manager.createAccount({ accountInfo }));
  assert.equal(error.code, Code.Unimplemented);
  assert.match(error.rawMessage, /multiple account managers.*no default account manager configured: reader, staff$/);

  const resourceTypes = connector.resourceTypes.map((syncer) =>
    syncer.type.id === 'staff' ? { ...syncer, type: { ...syncer.type, id: 'user' } } : syncer,
  );
  const withUser = (await serve({ ...connector, resourceTypes })).connect(AccountManagerService);
  await withUser.createAccount({ accountInfo });
  assert.equal(asked.accounts.length, 2);
});

testEachWay('what a connector warns of is in the response to its caller, each warning once', async (serve) => {
  const { connector } = createChangingLibrary();
  const [syncer] = connector.resourceTypes.filter(({ accounts }) => accounts);
  assert.ok(syncer?.accounts);
  const { accounts } = syncer;
  const warning: AccountManager = {
    ...accounts,
    create: async (request, context) => {
      for (const word of ['one', 'one', ...'23456789'.split('')]) context.reporter.warn(`notice ${word}`);
      return await accounts.create(request, context);
    },
  };
  const resourceTypes = connector.resourceTypes.map((each) =>
    each === syncer ? { ...each, accounts: warning } : each,
  );
  const { connect, log } = await serve({ ...connector, resourceTypes });
  const { annotations } = await connect(AccountManagerService).createAccount({ accountInfo });
  const said = annotations.map((any) => anyUnpack(any, LocalizedMessageSchema));
  assert.deepEqual(
    said.map((notice) => [notice?.locale, notice?.message]),
    ['one', ...'2345678'.split('')].map((word) => ['en', `notice ${word}`]),
  );
  assert.match(log(), /notice 9/);
});
