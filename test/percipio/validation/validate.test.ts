import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ConnectError } from '@connectrpc/connect';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import type { Validation } from '../../../src/baton/author/connector.ts';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import type { ApiFamily } from '../../../src/simulator/percipio/http/router.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import { mintServiceToken } from '../../../src/simulator/percipio/service-token.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { READY_AT_ONCE, startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { sendJson, startServer } from '../api/start-server.ts';
import { createContext, readGrants, readResources, startConnector } from '../start-connector.ts';

const dayMs = 86_400_000;
const small = { users: 3, courses: 5, activityRows: 0 };

/** Validates against a simulator, and says what came of it. */
async function validate(
  t: TestContext,
  options: PercipioSimulatorOptions = {},
  account: { token?: string; organizationId?: string } = {},
) {
  const simulator = await startSimulator(t, { ...small, ...options });
  const { url, organizationId, token } = simulator;
  const { connector } = startConnector(t, { url, organizationId, token, ...account });
  const { context, told } = createContext({ syncId: undefined });
  const error = await connector.validate?.(context).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error === undefined || error instanceof ServiceError, String(error));
  return { error, told, simulator };
}

const tokenThatEnds = (inMs: number, organizationId: string) =>
  mintServiceToken({ organizationId, expiresAt: new Date(Date.now() + inMs) });
const organizationId = '5b1c9d52-8f0e-4c8b-9a55-0c6f5e3a7d10';

/** What was asked for, sorted, for some comes side by side. */
const calls = ({ requests }: PercipioSimulator) =>
  requests.all
    .map(({ method, path, query }) =>
      [method, path.split('/').at(-1), query.max].filter((part) => part !== undefined).join(' '),
    )
    .sort();

const check: Validation = { isForSync: false, hasGrants: false };
/** A validation in this process, by a sync that is known to read all there is. */
const wholeSync: Validation = { isForSync: true, hasGrants: true };
const smallCalls = ['GET 00000000-0000-0000-0000-000000000000', 'GET catalog-content 1', 'GET users 1'];

test('a service account that may do what a sync needs passes; nobody knows yet that a report is wanted', async (t) => {
  const { error, told, simulator } = await validate(t);
  assert.equal(error, undefined);
  assert.deepEqual(told.warnings, []);
  assert.deepEqual(calls(simulator), [smallCalls[0], 'GET catalog-content 1000', 'GET users 1000']);
});

test('a variable for proxies that cannot be used is one fault, and no request is made', async (t) => {
  const account = { url: 'https://percipio.test', organizationId, token: tokenThatEnds(30 * dayMs, organizationId) };
  const { connector } = startConnector(t, account, { env: { HTTPS_PROXY: '"http://ann:hunter2@proxy.test"' } });
  for (const validation of [check, wholeSync]) {
    await assert.rejects(connector.validate?.(createContext().context, validation) ?? assert.fail(), {
      code: Code.InvalidArgument,
      reason: 'invalid_settings',
      rawMessage: 'HTTPS_PROXY has quotes around its value; remove them',
    });
  }
});

for (const syncId of [undefined, 'sync-1']) {
  test(`what a validation has asked, the sync behind it does not ask again, ${syncId ? 'told' : 'not told'} of the sync`, async (t) => {
    const simulator = await startSimulator(t, { users: 1500, courses: 1200, activityRows: 900, ...READY_AT_ONCE });
    const started = startConnector(t, simulator);
    const { context, told } = createContext({ syncId });
    await started.connector.validate?.(context, wholeSync);
    assert.deepEqual(told.skipped, {});
    const users = await readResources(started, 'user', 'sync-1');
    await readResources(started, 'role', 'sync-1');
    const courses = await readResources(started, 'course', 'sync-1');
    const { users: userCount, courses: courseCount } = simulator.truth.counts();
    assert.deepEqual([users.length, courses.length], [userCount, courseCount]);
    const [first] = courses;
    assert.ok(first);
    await readGrants(started, first, 'sync-1');
    const poll = simulator.requests.all.at(-1)?.path.split('/').at(-1);
    assert.deepEqual(
      calls(simulator).sort(),
      [
        'GET catalog-content 1000',
        'GET catalog-content 1000',
        'GET compliance-content 1000',
        'GET users 1000',
        'GET users 1000',
        `GET ${poll}`,
        'POST learning-activity',
      ].sort(),
    );
    // Only once: another sync asks for itself.
    await readResources(started, 'user', 'sync-2');
    assert.equal(simulator.requests.of({ path: /users$/ }).length, 4);
  });
}

test('what the listing of courses leaves out is told by the sync, and not by the validation', async (t) => {
  const simulator = await startSimulator(t, { ...small, courses: 100 });
  const { connector } = startConnector(t, simulator);
  const { context, told } = createContext();
  await connector.validate?.(context);
  assert.deepEqual(told.skipped, {});
  const { list } = connector.resourceTypes.find(({ type }) => type.id === 'course') ?? {};
  await list?.page({ pageSize: 1000 }, undefined, context);
  assert.notDeepEqual(told.skipped, {});
  assert.equal(simulator.requests.of({ path: /catalog/ }).length, 1);
});

test('a sync of some types is asked for nothing else before', async (t) => {
  for (const [resourceTypeIds, hasGrants, expected] of [
    [['user'], true, ['GET users 1000']],
    [['role'], true, ['GET users 1000']],
    [['course'], false, ['GET catalog-content 1000']],
    [[], false, []],
  ] as const) {
    const simulator = await startSimulator(t, small);
    const { connector } = startConnector(t, simulator);
    await connector.validate?.(createContext().context, { isForSync: true, resourceTypeIds, hasGrants });
    assert.deepEqual(calls(simulator), expected);
  }
});

test('an organization without courses is asked for no report, neither before nor in the sync', async (t) => {
  const simulator = await startSimulator(t, { ...small, courses: 0 });
  const { connector } = startConnector(t, simulator);
  const { context } = createContext();
  await connector.validate?.(context);
  const { grantsOfType } = connector.resourceTypes.find(({ type }) => type.id === 'course') ?? {};
  assert.deepEqual(await grantsOfType?.page({ pageSize: 10 }, undefined, context), { items: [] });
  assert.deepEqual(calls(simulator), ['GET catalog-content 1000', 'GET compliance-content 1000', 'GET users 1000']);
});

test('what was read before is not given to a sync that comes more than a minute later', async (t) => {
  const clock = { ms: 0 };
  const simulator = await startSimulator(t, small);
  const started = startConnector(t, simulator, { timing: { now: () => clock.ms } });
  await started.connector.validate?.(createContext({ syncId: undefined }).context);
  clock.ms += 60_001;
  await readResources(started, 'user', 'sync-1');
  assert.equal(simulator.requests.of({ path: /users$/ }).length, 2);
});

test('a user who was changed since the validation is read by the sync as changed', async (t) => {
  const simulator = await startSimulator(t, small);
  const started = startConnector(t, simulator);
  await started.connector.validate?.(createContext({ syncId: undefined }).context);
  const disable = started.connector.actions?.find(({ schema }) => schema.name === 'disable_user');
  assert.ok(disable);
  const [user] = simulator.data.users;
  await disable.run({ user_id: user?.id }, createContext().context);
  assert.equal(user?.isActive, false);
  const listed = await readResources(started, 'user', 'sync-1');
  assert.deepEqual(simulator.requests.of({ path: /users$/ }).length, 2);
  assert.equal(listed.length, 3);
});

test('whoever validates again and again without a sync asks little, and seldom', async (t) => {
  const clock = { ms: 0 };
  const simulator = await startSimulator(t, small);
  const { connector } = startConnector(t, simulator, { timing: { now: () => clock.ms } });
  const { context } = createContext({ syncId: undefined });
  const callsAt = async (ms: number) => {
    clock.ms = ms;
    simulator.requests.clear();
    await connector.validate?.(context);
    return calls(simulator);
  };
  assert.equal((await callsAt(0)).length, 3);
  assert.deepEqual(await callsAt(30_000), [], 'what was read is still there');
  assert.deepEqual(await callsAt(61_000), smallCalls.slice(1));
  assert.deepEqual(await callsAt(10 * 60_000), []);
  assert.equal((await callsAt(17 * 60_000)).length, 3);
});

test('a check asks each family for something small, and again after 15 minutes or a refusal', async (t) => {
  const clock = { ms: 0 };
  const simulator = await startSimulator(t, small);
  const { connector } = startConnector(t, simulator, { timing: { now: () => clock.ms } });
  const { context } = createContext({ syncId: undefined });
  const checkAt = async (ms: number) => {
    clock.ms = ms;
    simulator.requests.clear();
    await connector.validate?.(context, check);
    return calls(simulator);
  };
  assert.deepEqual(await checkAt(0), smallCalls);
  assert.deepEqual(await checkAt(14 * 60_000), []);
  assert.deepEqual(await checkAt(16 * 60_000), smallCalls);
  simulator.forbidden.add('user-management');
  const { list } = connector.resourceTypes.find(({ type }) => type.id === 'user') ?? {};
  await assert.rejects(async () => list?.page({ pageSize: 10 }, undefined, context));
  await assert.rejects(checkAt(17 * 60_000), /user-management/);
});

for (const family of ['user-management', 'content-discovery', 'reporting'] as const) {
  test(`a service account without permission for ${family} is PERMISSION_DENIED, and the message names it`, async (t) => {
    const { error } = await validate(t, { forbidden: [family] });
    assert.equal(error?.code, Code.PermissionDenied);
    assert.match(error.rawMessage, /answered 403/);
    assert.ok(
      error.rawMessage.endsWith(`The service account of the API token needs permission for the API family ${family}`),
    );
  });
}

const licenses = { 'sync-licenses': true };

test('licenses: their family needs permission too, where they are synced, and no report is requested without it', async (t) => {
  for (const validation of [check, wholeSync]) {
    const simulator = await startSimulator(t, { ...small, forbidden: ['common'] });
    await startConnector(t, simulator).connector.validate?.(createContext().context, check);
    simulator.requests.clear();
    const { connector } = startConnector(t, simulator, { settings: licenses });
    await assert.rejects(async () => connector.validate?.(createContext().context, validation), {
      code: Code.PermissionDenied,
      reason: 'percipio_http_403',
      rawMessage:
        /\/collections answered 403 .*needs permission for the API family common(?:, or remove --sync-licenses)?$/,
    });
    assert.equal(simulator.requests.of({ method: 'POST' }).length, 0);
  }
});

test('licenses: a token of another organization is told from missing permissions by all four families', async (t) => {
  const simulator = await startSimulator(t, small);
  const rejectsWith = async (forbidden: ApiFamily[], message: RegExp) => {
    for (const family of forbidden) simulator.forbidden.add(family);
    const { connector } = startConnector(t, simulator, { settings: licenses });
    await assert.rejects(async () => connector.validate?.(createContext().context, check), { rawMessage: message });
  };
  const three = ['user-management', 'content-discovery', 'reporting'] as const;
  await rejectsWith([...three], /\. The service account of the API token needs permission for these families$/);
  await rejectsWith(['common'], /Check the organization id/);
});

test('licenses: a sync is asked for the collections once, and for their report only if users are synced with grants', async (t) => {
  for (const [resourceTypeIds, hasGrants, expected] of [
    [['license'], true, ['GET collections']],
    [['license', 'user'], true, ['GET collections', 'GET users 1000', 'POST entitlements']],
    [['license', 'user'], false, ['GET collections', 'GET users 1000']],
    [['license', 'user'], undefined, [smallCalls[0], 'GET collections', 'GET users 1000']],
    [['user'], true, ['GET users 1000']],
  ] as const) {
    const simulator = await startSimulator(t, small);
    const started = startConnector(t, simulator, { settings: licenses });
    await started.connector.validate?.(createContext().context, {
      isForSync: true,
      resourceTypeIds,
      ...(hasGrants !== undefined && { hasGrants }),
    });
    assert.deepEqual(calls(simulator), expected);
    if (resourceTypeIds.length === 1) continue;
    await readResources(started, 'license', 'sync-1');
    assert.equal(simulator.requests.of({ path: /collections$/ }).length, 1);
  }
});

test('several families without permission are named together', async (t) => {
  const { error } = await validate(t, { forbidden: ['user-management', 'reporting'] });
  assert.equal(error?.code, Code.PermissionDenied);
  assert.match(
    error.rawMessage,
    /^All of these API families failed with the same error: user-management, reporting\. GET .* answered 403/,
  );
  assert.match(error.rawMessage, /The service account of the API token needs permission for these families$/);
});

test('an organization that the service account does not belong to is told from missing permissions', async (t) => {
  const { error } = await validate(t, {}, { organizationId: '00000000-0000-4000-8000-000000000001' });
  assert.equal(error?.code, Code.PermissionDenied);
  assert.match(error.rawMessage, /failed with the same error: user-management, content-discovery, reporting\./);
  assert.match(error.rawMessage, /Check the organization id \(--organization-id, BATON_ORGANIZATION_ID\)/);
});

test('a token that Percipio does not take is UNAUTHENTICATED, and is not shown', async (t) => {
  const token = mintServiceToken({ organizationId });
  const { error } = await validate(t, {}, { token });
  assert.equal(error?.code, Code.Unauthenticated);
  assert.match(error.rawMessage, /answered 401 .*Check the API token \(--api-token, BATON_API_TOKEN\)/);
  assert.ok(!error.rawMessage.includes(token));
  assert.equal(error.rawMessage.match(/Check the API token/g)?.length, 1, 'the advice is given once');
});

test('a token that is not a JWT passes if Percipio takes it', async (t) => {
  const { error, told } = await validate(t, { token: 'sk_live:opaque+token' });
  assert.equal(error, undefined);
  assert.deepEqual(told.warnings, []);
});

test('a token that is not a JWT, and that Percipio rejects, is UNAUTHENTICATED with a hint', async (t) => {
  const { error } = await validate(t, {}, { token: 'sk_live:opaque+token' });
  assert.equal(error?.code, Code.Unauthenticated);
  assert.equal(error.reason, 'percipio_http_401');
  assert.match(error.rawMessage, /answered 401 .*Check the API token .*; the API token is not a JWT/);
  assert.ok(!error.rawMessage.includes('opaque'));
});

test('a token that has expired, and that Percipio rejects, is UNAUTHENTICATED with when it expired', async (t) => {
  const { error } = await validate(t, {}, { token: tokenThatEnds(-3.5 * dayMs, organizationId) });
  assert.equal(error?.code, Code.Unauthenticated);
  assert.equal(error.reason, 'token_expired');
  assert.match(error.rawMessage, /answered 401 .*; the API token expired 3 days ago \(.*\): get a new token/);
});

test('a token that has expired by the clock here passes with a warning if Percipio takes it', async (t) => {
  const server = await startServer(t, (_request, response) => sendJson(response, []));
  const token = tokenThatEnds(-3.5 * dayMs, organizationId);
  const { connector } = startConnector(t, { url: server.url, organizationId, token });
  const { context, told } = createContext({ syncId: undefined });
  await connector.validate?.(context, check);
  assert.equal(told.warnings.length, 1);
  assert.match(
    told.warnings.join(),
    /^Percipio still accepts the API token, but the API token expired 3 days ago \(.*\): get a new token/,
  );
});

test('a 401 of a server that Percipio redirects to says nothing about the token', async (t) => {
  const server = await startServer(t, (_request, response) => response.writeHead(401).end());
  const api = await startServer(t, (_request, response) =>
    response.writeHead(302, { location: `${server.url.replace('127.0.0.1', 'localhost')}/x` }).end(),
  );
  const token = tokenThatEnds(-3.5 * dayMs, organizationId);
  const { connector } = startConnector(t, { url: api.url, organizationId, token });
  const error = await (connector.validate?.(createContext().context, check) ?? assert.fail()).then(
    () => assert.fail(),
    (thrown: ServiceError) => thrown,
  );
  assert.equal(error.reason, 'percipio_http_401');
  assert.match(error.rawMessage, /was redirected to \S+ and answered 401/);
  assert.doesNotMatch(error.rawMessage, /--api-token|expired/);
});

test('a token that expired a moment ago is UNAUTHENTICATED too', async (t) => {
  const { error } = await validate(t, {}, { token: tokenThatEnds(-1000, organizationId) });
  assert.equal(error?.reason, 'token_expired');
  assert.match(error.rawMessage, /expired today/);
});

test('a token that expires within 30 days passes with a warning that says in how many', async (t) => {
  const token = tokenThatEnds(12.5 * dayMs, organizationId);
  const { error, told } = await validate(t, { token });
  assert.equal(error, undefined);
  assert.match(told.warnings.join('\n'), /^the API token expires in 12 days \(.*\); renew it$/);
});

test('a token that expires later passes without a warning', async (t) => {
  const { told } = await validate(t, { token: tokenThatEnds(40 * dayMs, organizationId) });
  assert.deepEqual(told.warnings, []);
});

test('settings that cannot be right are refused together, without a request', async (t) => {
  const { error, simulator } = await validate(t, {}, { token: 'two words', organizationId: 'acme' });
  assert.equal(error?.code, Code.InvalidArgument);
  assert.match(error.rawMessage, /the API token contains white space.*; the organization id is not a UUID: "acme"/);
  assert.equal(simulator.requests.total, 0);
});

test('a Percipio that is down is UNAVAILABLE, said once for all families, after retries', async (t) => {
  const simulator = await startSimulator(t, small);
  simulator.faults.add({ kind: 'status', status: 503, times: Number.POSITIVE_INFINITY });
  const { connector } = startConnector(t, simulator);
  await assert.rejects(
    async () => connector.validate?.(createContext().context),
    (error: ServiceError) => {
      assert.equal(error.code, Code.Unavailable);
      assert.match(error.rawMessage, /failed with the same error: .*\. GET .* answered 503 .*\(after 4 attempts\)$/);
      return true;
    },
  );
});

test('a Percipio that asks to wait says so for all families, with the time at which to try again', async (t) => {
  const simulator = await startSimulator(t, small);
  const asked = { status: 429, headers: { 'retry-after': '3600' }, times: Number.POSITIVE_INFINITY };
  simulator.faults.add({ kind: 'status', ...asked });
  const { connector } = startConnector(t, simulator);
  await assert.rejects(
    async () => connector.validate?.(createContext().context),
    (error: ServiceError) => {
      assert.match(error.rawMessage, /answered 429 Too Many Requests and asked to wait 60 min$/);
      assert.equal(error.summary, 'Percipio asked to wait 60 min (429)');
      assert.equal(ConnectError.from(error).findDetails(RateLimitDescriptionSchema).length, 1);
      return true;
    },
  );
});

test('families that fail in different ways are all told', async (t) => {
  const simulator = await startSimulator(t, { ...small, forbidden: ['reporting'] });
  simulator.faults.add({ kind: 'status', status: 401, match: { path: /users/ } });
  const { connector } = startConnector(t, simulator);
  await assert.rejects(
    async () => connector.validate?.(createContext().context),
    (error: ServiceError) => {
      assert.match(error.rawMessage, /answered 401 .*; GET .* answered 403/);
      return true;
    },
  );
});

test('a base URL that is none is INVALID_ARGUMENT', async (t) => {
  const { connector } = startConnector(t, {
    url: 'percipio',
    organizationId,
    token: mintServiceToken({ organizationId }),
  });
  await assert.rejects(
    async () => connector.validate?.(createContext().context),
    (error: ServiceError) => {
      assert.equal(error.code, Code.InvalidArgument);
      assert.match(error.rawMessage, /base URL must begin with https/);
      return true;
    },
  );
});

test('a validation that is cancelled rejects with the reason of the signal', async (t) => {
  const simulator = await startSimulator(t, small);
  simulator.faults.add({ kind: 'stall', times: Number.POSITIVE_INFINITY });
  const { connector } = startConnector(t, simulator);
  const controller = new AbortController();
  const validating = connector.validate?.(createContext({ signal: controller.signal }).context);
  await simulator.requests.waitFor(({ outcome }) => outcome === 'open');
  controller.abort(new Error('the caller went away'));
  await assert.rejects(async () => validating, /the caller went away/);
});
