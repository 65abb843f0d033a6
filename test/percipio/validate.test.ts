import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Code, ServiceError } from '../../src/baton/service-error.ts';
import { mintServiceToken } from '../../src/simulator/percipio/service-token.ts';
import type { PercipioSimulatorOptions } from '../../src/simulator/percipio/simulator-options.ts';
import { startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createContext, startConnector } from './start-connector.ts';

const dayMs = 86_400_000;
const empty = { users: 0, courses: 0, activityRows: 0 };

/** Validates against a simulator, and says what came of it. */
async function validate(
  t: TestContext,
  options: PercipioSimulatorOptions = {},
  account: { token?: string; organizationId?: string } = {},
) {
  const simulator = await startSimulator(t, { ...empty, ...options });
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

test('a service account that may do what a sync needs passes, at the price of one request a family', async (t) => {
  const { error, told, simulator } = await validate(t);
  assert.equal(error, undefined);
  assert.deepEqual(told.warnings, []);
  assert.deepEqual(simulator.requests.all.map(({ path }) => path.split('/')[1]).sort(), [
    'content-discovery',
    'reporting',
    'user-management',
  ]);
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

test('several families without permission are named together', async (t) => {
  const { error } = await validate(t, { forbidden: ['user-management', 'reporting'] });
  assert.equal(error?.code, Code.PermissionDenied);
  assert.match(error.rawMessage, /^The API families user-management, reporting fail alike: GET .* answered 403/);
  assert.match(error.rawMessage, /The service account of the API token needs permission for these families$/);
});

test('an organization that the service account does not belong to is told from missing permissions', async (t) => {
  const { error } = await validate(t, {}, { organizationId: '00000000-0000-4000-8000-000000000001' });
  assert.equal(error?.code, Code.PermissionDenied);
  assert.match(error.rawMessage, /user-management, content-discovery, reporting fail alike/);
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

test('a token that has expired is UNAUTHENTICATED without a request, and the message says since when', async (t) => {
  const { error, simulator } = await validate(t, {}, { token: tokenThatEnds(-3.5 * dayMs, organizationId) });
  assert.equal(error?.code, Code.Unauthenticated);
  assert.equal(error.reason, 'token_expired');
  assert.match(error.rawMessage, /the API token expired 3 days ago \(.*\): get a new token/);
  assert.equal(simulator.requests.total, 0);
});

test('a token that expired a moment ago is UNAUTHENTICATED too', async (t) => {
  const { error } = await validate(t, {}, { token: tokenThatEnds(-1000, organizationId) });
  assert.equal(error?.code, Code.Unauthenticated);
  assert.match(error.rawMessage, /expired today/);
});

test('a token that expires within 30 days passes with a warning that says in how many', async (t) => {
  const token = tokenThatEnds(12.5 * dayMs, organizationId);
  const { error, told } = await validate(t, { token });
  assert.equal(error, undefined);
  assert.match(told.warnings.join('\n'), /^the API token expires in 12 days \(.*\); have it renewed$/);
});

test('a token that expires later passes without a warning', async (t) => {
  const { told } = await validate(t, { token: tokenThatEnds(40 * dayMs, organizationId) });
  assert.deepEqual(told.warnings, []);
});

test('settings that cannot be right are refused together, without a request', async (t) => {
  const { error, simulator } = await validate(t, {}, { token: 'not-a-jwt', organizationId: 'acme' });
  assert.equal(error?.code, Code.InvalidArgument);
  assert.match(error.rawMessage, /the API token is not a JWT .*; the organization id is not a UUID: "acme"/);
  assert.equal(simulator.requests.total, 0);
});

test('a Percipio that is down is UNAVAILABLE, said once for all families, after retries', async (t) => {
  const simulator = await startSimulator(t, empty);
  simulator.faults.add({ kind: 'status', status: 503, times: Number.POSITIVE_INFINITY });
  const { connector } = startConnector(t, simulator);
  await assert.rejects(
    async () => connector.validate?.(createContext().context),
    (error: ServiceError) => {
      assert.equal(error.code, Code.Unavailable);
      assert.match(error.rawMessage, /fail alike: GET .* answered 503 .*\(after 4 attempts\)$/);
      return true;
    },
  );
});

test('families that fail in different ways are all told', async (t) => {
  const simulator = await startSimulator(t, { ...empty, forbidden: ['reporting'] });
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
  const simulator = await startSimulator(t, empty);
  simulator.faults.add({ kind: 'stall', times: Number.POSITIVE_INFINITY });
  const { connector } = startConnector(t, simulator);
  const controller = new AbortController();
  const validating = connector.validate?.(createContext({ signal: controller.signal }).context);
  await simulator.requests.waitFor(({ outcome }) => outcome === 'open');
  controller.abort(new Error('the caller went away'));
  await assert.rejects(async () => validating, /the caller went away/);
});
