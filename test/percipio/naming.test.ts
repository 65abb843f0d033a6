import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { userRoles } from '../../src/percipio/api/user-changes.ts';
import { describeRole } from '../../src/percipio/roles/role.ts';
import { parseRole } from '../../src/percipio/users/user-fields.ts';
import { startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createContext, startConnector, uuid } from './start-connector.ts';

const people = [
  { id: uuid(1), externalUserId: 'E1', loginName: 'ada', email: 'ada@example.com' },
  { id: uuid(2), externalUserId: 'ada@example.com', loginName: 'bob', email: 'bob@example.com' },
  { id: uuid(3), externalUserId: 'E3', loginName: 'E1x/y', email: 'cleo@example.com' },
];

async function start(t: TestContext) {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0 });
  simulator.data.users = people;
  return startConnector(t, simulator);
}

for (const [what, name, id] of [
  ['external user id', 'e1', uuid(1)],
  ['login name', 'ADA', uuid(1)],
  ['login name with a slash', 'e1X/y', uuid(3)],
  ['e-mail', 'Bob@example.com', uuid(2)],
  ['uuid', uuid(3).toUpperCase(), uuid(3)],
  ['name that nobody has', 'dora', undefined],
  ['name that a URL cannot contain', '..', undefined],
] as const) {
  test(`a person is found by ${what}`, async (t) => {
    const { connector } = await start(t);
    const { context } = createContext();
    assert.equal((await connector.naming?.findAccount(name, context))?.id?.resource, id);
  });
}

test('a name that several people have is refused, with their ids', async (t) => {
  const { connector } = await start(t);
  const { context } = createContext();
  await assert.rejects(connector.naming?.findAccount('ada@example.com', context) ?? Promise.resolve(), {
    reason: 'several_people',
    rawMessage: new RegExp(`different users in Percipio: ${uuid(2)}, ${uuid(1)}\\.`),
  });
});

test('every role goes by its value and by the name that Percipio shows', () => {
  for (const role of userRoles) {
    assert.deepEqual([role.toLowerCase(), ` ${describeRole(role).name} `].map(parseRole), [role, role]);
  }
  assert.deepEqual(['', 'wizard', 'ADMINS'].map(parseRole), [undefined, undefined, undefined]);
});

test('a response with somebody else is nobody: a wrong person must not be changed', async (t) => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(people[0]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { connector } = startConnector(t, { url, organizationId: uuid(100), token: 'token' });
  const { context } = createContext();
  assert.equal((await connector.naming?.findAccount('ada', context))?.id?.resource, uuid(1));
  assert.equal(await connector.naming?.findAccount('adam', context), undefined);
});
