import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { ServiceError } from '../../../src/baton/author/service-error.ts';
import { PercipioError } from '../../../src/percipio/api/percipio-error.ts';
import type { NewUser } from '../../../src/percipio/api/user-changes.ts';
import type { UsersApi } from '../../../src/percipio/api/users.ts';
import { createUserOnce } from '../../../src/percipio/users/create-user-once.ts';
import type { Fault } from '../../../src/simulator/percipio/http/faults.ts';
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { createTestClient, never } from '../api/start-server.ts';

const ada = {
  externalUserId: 'E 1',
  email: 'Ada@Example.com',
  loginName: 'ada',
  firstName: 'Ada',
  lastName: 'Example',
  role: 'MANAGER',
  isActive: true,
  isInstructor: false,
  password: 'Correct-Horse-7',
  sendWelcomeEmail: true,
} as const satisfies NewUser;

interface Started {
  readonly simulator: PercipioSimulator;
  readonly users: UsersApi;
}

async function start(t: TestContext, options: PercipioSimulatorOptions = {}, timeoutMs = 10_000): Promise<Started> {
  const simulator = await startSimulator(t, { users: 2, activityRows: 0, ...options });
  const { url, organizationId, token } = simulator;
  const { users } = createTestClient(t, url, { organizationId, token, requestTimeoutMs: timeoutMs });
  return { simulator, users };
}

/** Those who have the external user id. */
function accounts({ data }: PercipioSimulator) {
  return data.users.filter(({ externalUserId }) => externalUserId === ada.externalUserId);
}

/** What the API came to, for each request. */
function calls({ requests }: PercipioSimulator): string[] {
  return requests.all.map(({ method, result }) => `${method} ${result ?? 'struck'}`);
}

/** Somebody else creates a person when a POST comes. */
function createsMeanwhile({ data }: PercipioSimulator, other: Partial<PercipioUser> = {}): () => void {
  const { password: _, sendWelcomeEmail: __, ...fields } = ada;
  return () => void data.users.push({ id: 'other', ...fields, ...other });
}

const match = { method: 'POST' };

describe('createUserOnce', () => {
  it('creates the person with one request', async (t) => {
    const { simulator, users } = await start(t);
    const { outcome, user } = await createUserOnce(users, ada, never);
    assert.equal(outcome, 'created');
    assert.deepEqual([user.id, user.role], [accounts(simulator)[0]?.id, 'MANAGER']);
    assert.deepEqual(calls(simulator), ['POST 201']);
    assert.ok(simulator.canSignIn('ada', 'Correct-Horse-7'));
  });

  it('creates nobody where somebody has the external user id, and leaves them as they are', async (t) => {
    const { simulator, users } = await start(t);
    simulator.data.users.push({ id: 'here', externalUserId: 'E 1', firstName: 'Grace' });
    const { outcome, user } = await createUserOnce(users, ada, never);
    assert.deepEqual([outcome, user.id, user.firstName], ['existing', 'here', 'Grace']);
    assert.deepEqual(calls(simulator), ['POST 409', 'GET 200']);
  });

  for (const fault of [
    { kind: 'lostAnswer' },
    { kind: 'stall', carriesOut: true },
    { kind: 'truncate' },
    ...[500, 502, 503, 504].map((status) => ({ kind: 'status', status, carriesOut: true }) as const),
    { kind: 'emptyBody', carriesOut: true },
    { kind: 'garbage', carriesOut: true },
  ] as const satisfies Fault[]) {
    it(`creates one person when the creation is done and then struck: ${inspect(fault)}`, async (t) => {
      const { simulator, users } = await start(t, {}, fault.kind === 'stall' ? 300 : undefined);
      simulator.faults.add({ ...fault, match });
      const { outcome, user } = await createUserOnce(users, ada, never);
      assert.deepEqual([outcome, user.id], ['created', accounts(simulator)[0]?.id]);
      assert.equal(accounts(simulator).length, 1);
      assert.deepEqual(calls(simulator), ['POST 201', 'GET 200']);
      assert.deepEqual(simulator.welcomeEmails, [user.id]);
    });
  }

  for (const fault of [
    { kind: 'reset' },
    { kind: 'stall' },
    ...[500, 502, 503, 504].map((status) => ({ kind: 'status', status }) as const),
    { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
    { kind: 'emptyBody' },
    { kind: 'garbage' },
  ] as const satisfies Fault[]) {
    it(`creates one person when the creation is struck before it is done: ${inspect(fault)}`, async (t) => {
      const { simulator, users } = await start(t, {}, fault.kind === 'stall' ? 300 : undefined);
      simulator.faults.add({ ...fault, match });
      const { outcome } = await createUserOnce(users, ada, never);
      assert.equal(outcome, 'created');
      assert.equal(accounts(simulator).length, 1);
      const made = calls(simulator);
      assert.deepEqual([made[0], made.at(-1)], ['POST struck', 'POST 201']);
      assert.equal(simulator.requests.writes().length, 2);
    });
  }

  it('finds the person whose answer was lost also when it does not show at once', async (t) => {
    const { simulator, users } = await start(t, { staleReads: 3 });
    simulator.faults.add({ kind: 'lostAnswer', match });
    assert.equal((await createUserOnce(users, ada, never)).outcome, 'created');
    assert.equal(simulator.requests.writes().length, 1);
  });

  it('finds the person that a lost request created, when only the second request says that it is there', async (t) => {
    const { simulator, users } = await start(t, { staleReads: 5 });
    simulator.faults.add({ kind: 'lostAnswer', match });
    assert.equal((await createUserOnce(users, ada, never)).outcome, 'created');
    assert.deepEqual(
      simulator.requests.writes().map(({ result }) => result),
      [201, 409],
    );
    assert.equal(accounts(simulator).length, 1);
  });

  it('takes a person with other values for somebody else’s, who was created while the answer was lost', async (t) => {
    for (const other of [{ firstName: 'Grace' }, { loginName: 'ada2' }, { role: 'LEARNER' }, { isActive: false }]) {
      const { simulator, users } = await start(t);
      simulator.faults.add({ kind: 'reset', match, onStrike: createsMeanwhile(simulator, other) });
      const { outcome, user } = await createUserOnce(users, ada, never);
      assert.deepEqual([outcome, user.id], ['existing', 'other'], JSON.stringify(other));
      assert.equal(simulator.requests.writes().length, 1);
    }
  });

  it('knows its own person by values that Percipio spells in another way or leaves out', async (t) => {
    const { simulator, users } = await start(t);
    const other = { email: 'ada@example.com', loginName: 'ADA', isInstructor: null, isActive: null };
    simulator.faults.add({ kind: 'reset', match, onStrike: createsMeanwhile(simulator, other) });
    assert.equal((await createUserOnce(users, ada, never)).outcome, 'created');
  });

  it('takes a person for somebody else’s when its first request was refused for that person’s sake', async (t) => {
    const { simulator, users } = await start(t);
    simulator.faults.add({ kind: 'delay', delayMs: 0, match, onStrike: createsMeanwhile(simulator) });
    const { outcome, user } = await createUserOnce(users, ada, never);
    assert.deepEqual([outcome, user.id], ['existing', 'other']);
    assert.deepEqual(calls(simulator), ['POST 409', 'GET 200']);
  });

  it('fails on a 409 for the login name of another person', async (t) => {
    const { simulator, users } = await start(t);
    simulator.data.users.push({ id: 'other', externalUserId: 'E2', loginName: 'ada' });
    await assert.rejects(createUserOnce(users, ada, never), { name: 'PercipioError', status: 409 });
    assert.deepEqual(calls(simulator), ['POST 409', 'GET 404']);
  });

  for (const status of [400, 401, 403, 422]) {
    it(`fails at once on a ${status}`, async (t) => {
      const { simulator, users } = await start(t);
      simulator.faults.add({ kind: 'status', status, match });
      await assert.rejects(createUserOnce(users, ada, never), { name: 'PercipioError', status });
      assert.deepEqual(calls(simulator), ['POST struck']);
    });
  }

  it('gives up after as many requests as the retry policy has, and looks once more', async (t) => {
    const { simulator, users } = await start(t);
    simulator.faults.add({ kind: 'status', status: 503, match, times: Infinity });
    await assert.rejects(createUserOnce(users, ada, never), { name: 'PercipioError', status: 503 });
    assert.equal(simulator.requests.writes().length, users.retry.attemptsMax);
    assert.equal(simulator.requests.all.at(-1)?.method, 'GET');
  });

  it('says that the outcome is unknown when nobody can be looked up either, and shows no password', async (t) => {
    const { simulator, users } = await start(t);
    simulator.faults.add({ kind: 'status', status: 500, body: { message: 'failed on Correct-Horse-7' }, match });
    simulator.faults.add({ kind: 'status', status: 403, match: { method: 'GET' } });
    const error = await createUserOnce(users, ada, never).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ServiceError);
    assert.equal(error.reason, 'percipio_outcome_unknown');
    assert.match(error.rawMessage, /^POST .* failed on \[redacted\]; reading whether it took effect failed too: GET /);
    assert.doesNotMatch(inspect(error, { depth: 10 }), /Horse/);
  });

  it('ends when it is cancelled', async (t) => {
    const { simulator, users } = await start(t);
    simulator.faults.add({ kind: 'stall', match });
    const abort = new AbortController();
    const creating = createUserOnce(users, ada, abort.signal);
    await simulator.requests.waitFor(({ method, faults }) => method === 'POST' && faults.length > 0);
    abort.abort();
    const error = await creating.catch((thrown: unknown) => thrown);
    assert.ok(error instanceof PercipioError);
    assert.equal(error.kind, 'aborted');
    assert.equal(simulator.requests.total, 1);
  });
});
