import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { GrantManagerService, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourcesService, ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import { TicketsService } from '#gen/c1/connector/v2/ticket_pb.js';
import { RateLimitDescription_Status, RateLimiterService } from '#gen/c1/ratelimit/v1/ratelimit_pb.js';
import type { Program } from '../../../src/baton/author/program.ts';
import { connectorServiceCommand } from '../../../src/baton/commands/connector-service.ts';
import { stringField } from '../../../src/baton/config/create-field.ts';
import { createCredentials } from '../../../src/simulator/conductorone/credentials.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import { READY_AT_ONCE, startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { toConfigLine } from '../child/parent.ts';
import { startSessionServer } from '../child/session-server.ts';
import { runAndCollect } from '../command-line/run-and-collect.ts';
import { createLibrary } from '../library-connector.ts';
import { failureOf } from '../server/failure-of.ts';
import { mutualClient, tlsFixture } from '../server/tls-fixture.ts';
import { type StartedChild, startChild } from './start-child.ts';

const syncId = '2ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const settingsFor = ({ url, organizationId, token }: PercipioSimulator) => [
  `--base-url=${url}`,
  `--organization-id=${organizationId}`,
  `--api-token=${token}`,
];

const listTypes = async (transport: Transport) => {
  const { list } = await createClient(ResourceTypesService, transport).listResourceTypes({});
  return list.map(({ id }) => id).sort();
};

test('it serves at the socket of its parent, and ends with it, with exit code 0 and nothing on stdout', async (t) => {
  const child = await startChild(t);
  assert.deepEqual(await listTypes(child.connect()), ['course', 'role', 'user']);
  child.die();
  assert.deepEqual(await child.exited, [0, null]);
  assert.equal(child.text.stdout, '');
});

test('without a socket it opens the port that its parent tells', async (t) => {
  const child = await startChild(t, { handsOver: false });
  // Nobody listens until it does.
  for (let types: string[] | undefined; types === undefined; await sleep(10)) {
    types = await listTypes(child.connect()).catch(() => undefined);
    assert.equal(child.process.exitCode, null, child.text.stderr);
  }
  child.die();
  assert.deepEqual(await child.exited, [0, null]);
});

test('what the parent writes behind its line is nothing to it', async (t) => {
  const child = await startChild(t);
  child.process.stdin?.write('more\nand more\n');
  assert.deepEqual(await listTypes(child.connect()), ['course', 'role', 'user']);
  assert.equal(child.process.exitCode, null);
  child.die();
  assert.deepEqual(await child.exited, [0, null]);
});

test('it ends with its parent in the middle of a call', async (t) => {
  const simulator = await startSimulator(t, { users: 3, courses: 2, activityRows: 4 });
  simulator.faults.add({ kind: 'stall' });
  const child = await startChild(t, { argv: settingsFor(simulator) });
  const call = failureOf(createClient(ResourcesService, child.connect()).listResources({ resourceTypeId: 'user' }));
  await simulator.requests.waitFor(() => true);
  child.die();
  assert.deepEqual(await child.exited, [0, null]);
  assert.equal((await call).code, Code.Unavailable);
});

test('a signal ends it with the exit code of the signal, for the parent must see that it did not mean it', async (t) => {
  const child = await startChild(t);
  await listTypes(child.connect());
  child.process.kill('SIGTERM');
  assert.deepEqual(await child.exited, [143, null]);
});

test('the rate limiter lets every call through', async (t) => {
  const child = await startChild(t);
  const limiter = createClient(RateLimiterService, child.connect());
  const { description } = await limiter.do({
    descriptors: { entries: [{ key: 'connector_method', value: 'ListGrants' }] },
  });
  assert.equal(description?.status, RateLimitDescription_Status.EMPTY);
});

const grantOf = (transport: Transport) =>
  failureOf(
    createClient(GrantManagerService, transport).revoke({
      grant: {
        id: 'g',
        entitlement: { id: 'e', resource: { id: { resourceType: 'role', resource: 'ADMIN' } } },
        principal: { id: { resourceType: 'user', resource: 'u' } },
      },
    }),
  );
const ticketOf = (transport: Transport) => failureOf(createClient(TicketsService, transport).listTicketSchemas({}));

test('changes and tickets are refused unless the parent permits them', async (t) => {
  const child = await startChild(t);
  const [grant, ticket] = [await grantOf(child.connect()), await ticketOf(child.connect())];
  assert.deepEqual(
    [grant.code, grant.rawMessage],
    [
      Code.FailedPrecondition,
      'provisioning is not enabled: start the connector with --provisioning (BATON_PROVISIONING=true) to permit changes',
    ],
  );
  assert.deepEqual([ticket.code, ticket.rawMessage], [Code.Unknown, 'ticketing is not enabled']);
});

test('it takes the command line of its parent, with what only a parent does', async (t) => {
  const simulator = await startSimulator(t, { users: 3, courses: 2, activityRows: 4, ...READY_AT_ONCE });
  const { clientId, clientSecret } = createCredentials('tenant.test');
  const parent = [
    '-p',
    '--ticketing',
    `--client-id=${clientId}`,
    `--client-secret=${clientSecret}`,
    '--storage-engine',
    'pebble',
  ];
  const child = await startChild(t, {
    argv: [...settingsFor(simulator), ...parent],
    env: { BATON_HEALTH_CHECK: 'true' },
  });
  assert.deepEqual(
    [(await grantOf(child.connect())).code, (await ticketOf(child.connect())).code],
    // There is no such entitlement: the change gets as far as the connector.
    [Code.InvalidArgument, Code.Unimplemented],
  );
  await createClient(ConnectorService, child.connect()).validate({});
  child.die();
  assert.deepEqual(await child.exited, [0, null]);
  assert.doesNotMatch(child.text.stderr, /no effect|not supported/);
  assert.ok(!child.text.stderr.includes(clientSecret));
});

for (const [what, options, why] of [
  [
    'a port that is not that of the socket',
    { config: { listenPort: 1 } },
    /\(file descriptor 3\) listens on port \d+ instead of 1\n/,
  ],
  [
    'a file descriptor that is no socket',
    { env: { BATON_CONNECTOR_SERVICE_LISTENER_FD: '1' } },
    /\(file descriptor 1\) cannot be used/,
  ],
  [
    'a file descriptor that is none',
    { env: { BATON_CONNECTOR_SERVICE_LISTENER_FD: '99' } },
    /\(file descriptor 99\) cannot be used/,
  ],
] as const) {
  test(`${what} is a failure that says so`, async (t) => {
    const child = await startChild(t, options);
    assert.deepEqual(await child.exited, [1, null]);
    assert.match(child.text.stderr, why);
    assert.equal(child.text.stdout, '');
  });
}

/** Runs the command of a made-up program in this process, up to the end of its stdin. */
async function runCommand(stdin: string, change: Partial<Program> = {}) {
  const program: Program = {
    name: 'baton-library',
    version: '1.2.3',
    fields: [],
    connector: () => createLibrary().connector,
    ...change,
  };
  return await runAndCollect(
    program,
    { default: connectorServiceCommand, named: [connectorServiceCommand] },
    { argv: ['_connector-service'], stdin: new PassThrough().end(stdin) },
  );
}

for (const [what, line, why] of [
  ['a line that never comes', '', /unexpected empty input/],
  ['a line that is not base64', '{"listenPort": 1}\n', /the line on stdin is not base64/],
  ['no credential', toConfigLine({ listenPort: 1, credential: {} }), /credential\.ca_cert is not a DER certificate/],
  [
    'an external rate limiter',
    toConfigLine({ listenPort: 1, rateLimiterConfig: { type: { case: 'external', value: {} } } }),
    /external rate limiters are not implemented/,
  ],
] as const) {
  test(`${what} is a failure that says so`, async () => {
    const { exitCode, stdout, stderr } = await runCommand(line);
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, why);
  });
}

test('missing settings are told, whatever the parent has written', async () => {
  const fields = [stringField({ name: 'library-card', description: 'The number on the card', required: true })];
  const { exitCode, stderr } = await runCommand('', { fields });
  assert.equal(exitCode, 2);
  assert.match(stderr, /--library-card is required/);
});

test('a caller without the certificate of its parent is not served', async (t) => {
  const child = await startChild(t);
  await listTypes(child.connect());
  const { ca } = mutualClient;
  await assert.rejects(listTypes(child.connect({ ca })), ConnectError);
  const [cert, key] = [tlsFixture('stranger-client-certificate'), tlsFixture('stranger-client-key')];
  await assert.rejects(listTypes(child.connect({ ca, cert, key })), ConnectError);
});

/** Lists all grants of the first course that has any, by calls without page tokens in all children. */
async function listGrants(child: StartedChild, courseId: string): Promise<number> {
  const grants = createClient(GrantsService, child.connect());
  const resource = { id: { resourceType: 'course', resource: courseId } };
  let [count, pageToken] = [0, ''];
  do {
    const page = await grants.listGrants({ resource, pageToken, activeSyncId: syncId });
    count += page.list.length;
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return count;
}

test('the children of a sync share one report by the session store of their parent, until the sync is cleaned up', async (t) => {
  const simulator = await startSimulator(t, { users: 20, courses: 3, activityRows: 60, ...READY_AT_ONCE });
  const session = await startSessionServer(t);
  const options = { argv: settingsFor(simulator), config: { sessionStoreListenPort: session.port } };
  const grantIds = [...simulator.truth.grantIds({ type: 'course' })];
  const [courseId = ''] = grantIds.map((id) => id.split(':')[1] ?? '');
  const expected = grantIds.filter((id) => id.startsWith(`course:${courseId}:`)).length;
  const reports = () => simulator.requests.of({ method: 'POST' }).length;

  const first = await startChild(t, options);
  assert.equal(await listGrants(first, courseId), expected);
  first.process.kill('SIGKILL');
  const second = await startChild(t, options);
  assert.equal(await listGrants(second, courseId), expected);
  assert.equal(reports(), 1);
  assert.deepEqual([...session.values.keys()], [`${syncId}/percipio/activity-report`]);

  await createClient(ConnectorService, second.connect()).cleanup({ activeSyncId: syncId });
  assert.deepEqual([...session.values.keys()], []);
  assert.equal(await listGrants(second, courseId), expected);
  assert.equal(reports(), 2);
});

test('before a sync of some types, it asks for nothing else', async (t) => {
  const simulator = await startSimulator(t, { users: 20, courses: 3, activityRows: 60, ...READY_AT_ONCE });
  const child = await startChild(t, { argv: [...settingsFor(simulator), '--sync-resource-types=user'] });
  await createClient(ConnectorService, child.connect()).validate({});
  assert.equal(simulator.requests.of({ path: /users/ }).length, 1);
  assert.equal(simulator.requests.of({ path: /catalog/ }).length, 0);
});

test('a session store that fails costs a report, and no sync', async (t) => {
  const simulator = await startSimulator(t, { users: 20, courses: 3, activityRows: 60, ...READY_AT_ONCE });
  const session = await startSessionServer(t);
  session.failure = new ConnectError('disk full', Code.ResourceExhausted);
  const [courseId = ''] = [...simulator.truth.grantIds({ type: 'course' })].map((id) => id.split(':')[1] ?? '');
  const child = await startChild(t, { argv: settingsFor(simulator), config: { sessionStoreListenPort: session.port } });
  assert.ok((await listGrants(child, courseId)) > 0);
  await createClient(ConnectorService, child.connect()).cleanup({ activeSyncId: syncId });
  child.die();
  assert.deepEqual(await child.exited, [0, null]);
  assert.match(child.text.stderr, /disk full.*cannot share the report/);
  assert.match(child.text.stderr, /cannot clear the session of the sync/);
});
