import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { type Wait, Waits } from '../../../src/baton/net/waits.ts';
import { PercipioError } from '../../../src/percipio/api/percipio-error.ts';
import type { User } from '../../../src/percipio/api/user.ts';
import type { UsersApi } from '../../../src/percipio/api/users.ts';
import { changeUser, type UserPlan } from '../../../src/percipio/users/change-user.ts';
import type { Fault } from '../../../src/simulator/percipio/http/faults.ts';
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { createTestClient, listen, never } from '../api/start-server.ts';

interface Started {
  readonly simulator: PercipioSimulator;
  readonly users: UsersApi;
  readonly user: PercipioUser;
}

async function start(t: TestContext, options: PercipioSimulatorOptions = {}): Promise<Started> {
  const simulator = await startSimulator(t, { users: 3, activityRows: 0, ...options });
  const { url, organizationId, token } = simulator;
  const { users } = createTestClient(t, url, { organizationId, token });
  const user = simulator.data.users[1];
  assert.ok(user);
  return { simulator, users, user };
}

/** The calls that were made, as `PATCH 200 cut`: what the API came to, and how the request ended otherwise. */
function calls({ requests }: PercipioSimulator): string[] {
  return requests.all.map(({ method, result, status, outcome }) =>
    [method, result ?? `struck ${status ?? ''}`.trim(), outcome === 'cut' ? ['lost'] : []].flat().join(' '),
  );
}

const toAdmin: UserPlan = ({ role }) => (role === 'ADMIN' ? undefined : { role: 'ADMIN' });
const setPassword: UserPlan = () => ({ password: 'Correct-Horse-7' });
const match = { method: 'PATCH' };

describe('changeUser', () => {
  it('reads, writes what differs, reads again, and tells both', async (t) => {
    const { simulator, users, user } = await start(t);
    const { role } = user;
    const change = await changeUser(users, user.id, toAdmin, never);
    assert.deepEqual([change?.before.role, change?.after.role, change?.written], [role, 'ADMIN', true]);
    assert.deepEqual(calls(simulator), ['GET 200', 'PATCH 200', 'GET 200']);
    assert.deepEqual(simulator.requests.writes()[0]?.body, { role: 'ADMIN' });
  });

  for (const [name, plan] of [
    ['nothing', () => undefined],
    ['no field', () => ({})],
    ['fields that are undefined', () => ({ role: undefined })],
  ] as const) {
    it(`writes nothing when a plan asks for ${name}`, async (t) => {
      const { simulator, users, user } = await start(t);
      const change = await changeUser(users, user.id, plan, never);
      assert.deepEqual([change?.before.id, change?.after, change?.written], [user.id, change?.before, false]);
      assert.deepEqual(calls(simulator), ['GET 200']);
    });
  }

  it('gives nothing for a person who is not there', async (t) => {
    const { simulator, users } = await start(t);
    assert.equal(await changeUser(users, '00000000-0000-4000-8000-000000000000', toAdmin, never), undefined);
    assert.deepEqual(calls(simulator), ['GET 404']);
  });

  it('gives nothing for a person who goes before the write', async (t) => {
    const { simulator, users, user } = await start(t);
    const plan: UserPlan = (read) => {
      simulator.data.users = [];
      return toAdmin(read);
    };
    assert.equal(await changeUser(users, user.id, plan, never), undefined);
    assert.deepEqual(calls(simulator), ['GET 200', 'PATCH 404', 'GET 404']);
  });

  it('gives nothing for a person who goes after the write', async (t) => {
    const { simulator, users, user } = await start(t, { staleReads: 1 });
    let asked = 0;
    const plan: UserPlan = (read) => {
      asked += 1;
      if (asked === 2) simulator.data.users = [];
      return toAdmin(read);
    };
    assert.equal(await changeUser(users, user.id, plan, never), undefined);
    assert.deepEqual(calls(simulator), ['GET 200', 'PATCH 200', 'GET 200', 'GET 404']);
  });

  it('fails on a 404 for a person who is there', async (t) => {
    const { simulator, users, user } = await start(t);
    simulator.faults.add({ kind: 'status', status: 404, match });
    await assert.rejects(changeUser(users, user.id, toAdmin, never), { name: 'PercipioError', status: 404 });
    assert.deepEqual(calls(simulator), ['GET 200', 'PATCH struck 404', 'GET 200']);
  });

  for (const fault of [
    { kind: 'lostAnswer' },
    { kind: 'stall', carriesOut: true },
    { kind: 'truncate' },
    ...[500, 502, 503, 504].map((status) => ({ kind: 'status', status, carriesOut: true }) as const),
    { kind: 'emptyBody', carriesOut: true },
    { kind: 'garbage', carriesOut: true },
  ] as const satisfies Fault[]) {
    it(`writes once when the write is done and then struck: ${inspect(fault)}`, async (t) => {
      const { simulator, users, user } = await start(t);
      const client = fault.kind === 'stall' ? quick(t, simulator) : users;
      simulator.faults.add({ ...fault, match });
      const change = await changeUser(client, user.id, toAdmin, never);
      assert.deepEqual([change?.after.role, change?.written], ['ADMIN', true]);
      assert.equal(simulator.requests.writes().length, 1);
    });
  }

  for (const fault of [
    { kind: 'reset' },
    { kind: 'stall' },
    ...[500, 502, 503, 504].map((status) => ({ kind: 'status', status }) as const),
    { kind: 'status', status: 503, headers: { 'retry-after': '0' } },
    { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
    { kind: 'garbage', text: '<html>' },
  ] as const satisfies Fault[]) {
    it(`writes again when the write is struck before it is done: ${inspect(fault)}`, async (t) => {
      const { simulator, users, user } = await start(t);
      const client = fault.kind === 'stall' ? quick(t, simulator) : users;
      // Without a web page's content type, garbage with status 200 would be a success that does not show.
      const added = fault.kind === 'garbage' ? htmlPage : fault;
      simulator.faults.add({ ...added, match });
      const change = await changeUser(client, user.id, toAdmin, never);
      assert.deepEqual([change?.after.role, change?.written], ['ADMIN', true]);
      assert.deepEqual(
        simulator.requests.writes().map(({ result }) => result),
        [undefined, 200],
      );
    });
  }

  it('reads before it writes again', async (t) => {
    const { simulator, users, user } = await start(t);
    simulator.faults.add({ kind: 'reset', match });
    await changeUser(users, user.id, toAdmin, never);
    const made = calls(simulator);
    assert.deepEqual(made.slice(0, 3), ['GET 200', 'PATCH struck lost', 'GET 200']);
    assert.deepEqual(made.slice(-2), ['PATCH 200', 'GET 200']);
  });

  it('shows why it waits before it writes again', async (t) => {
    const { simulator, user } = await start(t);
    const shown: (string | undefined)[] = [];
    const waits = new (class extends Waits {
      override begin(wait?: Wait) {
        if (wait?.retryMs !== undefined) shown.push(wait.what);
        return super.begin(wait);
      }
    })();
    const { url, organizationId, token } = simulator;
    const { users } = createTestClient(t, url, { organizationId, token, waits });
    simulator.faults.add({ kind: 'status', status: 503, match });
    await changeUser(users, user.id, toAdmin, never);
    assert.deepEqual(shown, ['Percipio answered 503']);
  });

  it('writes nothing more when somebody else has made the change after a write that was struck', async (t) => {
    const { simulator, users, user } = await start(t);
    simulator.faults.add({ kind: 'reset', match });
    let asked = 0;
    const plan: UserPlan = (read) => {
      asked += 1;
      if (asked === 3) user.role = 'ADMIN';
      return toAdmin(read);
    };
    assert.equal((await changeUser(users, user.id, plan, never))?.after.role, 'ADMIN');
    assert.equal(simulator.requests.writes().length, 1);
  });

  it('waits until a write shows', async (t) => {
    const { simulator, users, user } = await start(t, { staleReads: 3 });
    assert.equal((await changeUser(users, user.id, toAdmin, never))?.after.role, 'ADMIN');
    assert.deepEqual(calls(simulator), ['GET 200', 'PATCH 200', ...Array(4).fill('GET 200')]);
  });

  it('writes once when the answer is lost and the write does not show at once', async (t) => {
    const { simulator, users, user } = await start(t, { staleReads: 3 });
    simulator.faults.add({ kind: 'lostAnswer', match });
    assert.equal((await changeUser(users, user.id, toAdmin, never))?.after.role, 'ADMIN');
    assert.deepEqual(calls(simulator), ['GET 200', 'PATCH 200 lost', ...Array(4).fill('GET 200')]);
  });

  it('fails when a write that succeeded does not show, names its fields and not their values', async (t) => {
    const { simulator, users, user } = await start(t, { staleReads: 100 });
    const error = await failure(
      changeUser(users, user.id, () => ({ role: 'ADMIN', password: 'Correct-Horse-7' }), never),
    );
    assert.ok(error instanceof ServiceError);
    assert.deepEqual([error.code, error.reason], [Code.Unavailable, 'percipio_change_not_seen']);
    assert.match(error.rawMessage, new RegExp(`changed role, password of user ${user.id}, but does not show it`));
    assert.doesNotMatch(inspect(error, { depth: 10 }), /Horse/);
    assert.equal(simulator.requests.writes().length, 1);
  });

  it('gives up after as many writes as the retry policy has, with the last failure', async (t) => {
    const { simulator, users, user } = await start(t);
    simulator.faults.add({ kind: 'status', status: 503, match, times: Infinity });
    await assert.rejects(changeUser(users, user.id, toAdmin, never), { name: 'PercipioError', status: 503 });
    assert.equal(simulator.requests.writes().length, users.retry.attemptsMax);
    assert.equal(simulator.requests.all.at(-1)?.method, 'GET');
  });

  it('does not wait longer than the retry policy allows, but still reads', async (t) => {
    const { simulator, users, user } = await start(t);
    simulator.faults.add({ kind: 'status', status: 503, headers: { 'retry-after': '3600' }, match });
    await assert.rejects(changeUser(users, user.id, toAdmin, never), { status: 503, retryAfterMs: 3_600_000 });
    assert.equal(simulator.requests.writes().length, 1);
    assert.equal(simulator.requests.all.at(-1)?.method, 'GET');
  });

  for (const status of [400, 401, 403, 409, 422]) {
    it(`fails at once on a ${status}, which is no unclear outcome`, async (t) => {
      const { simulator, users, user } = await start(t);
      simulator.faults.add({ kind: 'status', status, match });
      await assert.rejects(changeUser(users, user.id, toAdmin, never), { name: 'PercipioError', status });
      assert.deepEqual(calls(simulator), ['GET 200', `PATCH struck ${status}`]);
    });
  }

  it('says that the outcome is unknown when it cannot be read either', async (t) => {
    const { simulator, users, user } = await start(t);
    simulator.faults.add({ kind: 'lostAnswer', match });
    simulator.faults.add({ kind: 'status', status: 403, match: { method: 'GET' }, skip: 1 });
    const error = await failure(changeUser(users, user.id, toAdmin, never));
    assert.ok(error instanceof ServiceError);
    assert.deepEqual([error.code, error.reason], [Code.Unavailable, 'percipio_outcome_unknown']);
    assert.match(
      error.rawMessage,
      /^PATCH .* got no response.*; reading whether it took effect failed too: GET .* answered 403/,
    );
  });

  it('fails with the failure of the read alone when the write is known to be done', async (t) => {
    const { simulator, users, user } = await start(t);
    simulator.faults.add({ kind: 'status', status: 403, match: { method: 'GET' }, skip: 1 });
    const error = await failure(changeUser(users, user.id, toAdmin, never));
    assert.ok(error instanceof PercipioError);
    assert.deepEqual([error.method, error.status], ['GET', 403]);
  });

  it('asks the plan about the person as read last', async (t) => {
    const { simulator, users, user } = await start(t);
    simulator.faults.add({ kind: 'reset', match });
    user.lastName = 'One';
    let asked = 0;
    const plan: UserPlan = ({ lastName }) => {
      asked += 1;
      if (asked === 2) user.lastName = 'Two';
      return lastName === 'One' ? { lastName: 'Three' } : lastName === 'Two' ? { lastName: 'Four' } : undefined;
    };
    assert.equal((await changeUser(users, user.id, plan, never))?.after.lastName, 'Four');
    assert.deepEqual(
      simulator.requests.writes().map(({ body }) => body),
      [{ lastName: 'Three' }, { lastName: 'Four' }],
    );
  });

  it('does not read after a write that never reached Percipio', async (t) => {
    const server = createServer((_request, response) => {
      server.close();
      response.writeHead(200, { connection: 'close' }).end('{"id":"u1"}');
    });
    const { users } = createTestClient(t, `http://127.0.0.1:${await listen(t, server)}`);
    const error = await failure(changeUser(users, 'u1', toAdmin, never));
    assert.ok(error instanceof PercipioError, String(error));
    assert.deepEqual([error.method, error.kind, error.isUnprocessed], ['PATCH', 'network', true]);
  });

  for (const [name, retry, plansBefore] of [
    ['until a write shows', { delayMinMs: 60_000, delayMaxMs: 60_000 }, 2],
    ['to write again', {}, 6],
  ] as const) {
    it(`ends at once when it is cancelled while it waits ${name}`, async (t) => {
      const { simulator, user } = await start(t);
      const { url, organizationId, token } = simulator;
      const { users } = createTestClient(t, url, { organizationId, token, retry });
      simulator.faults.add({ kind: 'status', status: 503, headers: { 'retry-after': '60' }, match });
      const abort = new AbortController();
      let asked = 0;
      const plan: UserPlan = (read) => {
        asked += 1;
        // After the last time that it is asked, nothing comes before the wait.
        if (asked === plansBefore) setImmediate(() => abort.abort(new Error('cancelled by the test')));
        return toAdmin(read);
      };
      await assert.rejects(changeUser(users, user.id, plan, abort.signal), { message: 'cancelled by the test' });
      assert.equal(asked, plansBefore);
    });
  }
});

describe('changeUser, of a password', () => {
  it('sets it, and reads the person once more', async (t) => {
    const { simulator, users, user } = await start(t);
    assert.equal((await changeUser(users, user.id, setPassword, never))?.written, true);
    assert.equal(simulator.passwordOf(user.id), 'Correct-Horse-7');
    assert.deepEqual(calls(simulator), ['GET 200', 'PATCH 200', 'GET 200']);
  });

  it('needs no sign of it where Percipio answered that it is done', async (t) => {
    const { simulator, users, user } = await start(t, { staleReads: 100 });
    await changeUser(users, user.id, setPassword, never);
    assert.deepEqual(calls(simulator), ['GET 200', 'PATCH 200', 'GET 200']);
  });

  it('takes it for set when the answer is lost, and only the time of the last change differs', async (t) => {
    const { simulator, users, user } = await start(t, { staleReads: 2 });
    simulator.faults.add({ kind: 'lostAnswer', match });
    assert.equal((await changeUser(users, user.id, setPassword, never))?.written, true);
    assert.equal(simulator.requests.writes().length, 1);
  });

  it('sets it again when nothing shows that it was set', async (t) => {
    const { simulator, users, user } = await start(t);
    simulator.faults.add({ kind: 'reset', match });
    await changeUser(users, user.id, setPassword, never);
    assert.equal(simulator.passwordOf(user.id), 'Correct-Horse-7');
    assert.deepEqual(
      simulator.requests.writes().map(({ result }) => result),
      [undefined, 200],
    );
  });

  it('sets it again when it was somebody else who changed the person', async (t) => {
    const { simulator, users, user } = await start(t);
    simulator.faults.add({ kind: 'reset', match });
    let asked = 0;
    const plan = (read: User) => {
      asked += 1;
      if (asked === 2) Object.assign(user, { firstName: 'Renamed', updatedAt: '2030-01-01T00:00:00Z' });
      return setPassword(read);
    };
    await changeUser(users, user.id, plan, never);
    assert.equal(simulator.passwordOf(user.id), 'Correct-Horse-7');
  });

  it('takes it for set when what was sent with it shows', async (t) => {
    const { simulator, users, user } = await start(t);
    simulator.faults.add({ kind: 'lostAnswer', match });
    const plan: UserPlan = ({ role }) => ({ password: 'Correct-Horse-7', ...(role !== 'ADMIN' && { role: 'ADMIN' }) });
    const change = await changeUser(users, user.id, plan, never);
    assert.equal(change?.after.role, 'ADMIN');
    assert.equal(simulator.requests.writes().length, 1);
  });
});

const htmlPage: Fault = { kind: 'status', status: 200, body: '<html>Please sign in</html>' };

/** A client that gives up on an answer after a few milliseconds. */
function quick(t: TestContext, { url, organizationId, token }: PercipioSimulator): UsersApi {
  return createTestClient(t, url, { organizationId, token, requestTimeoutMs: 300 }).users;
}

async function failure(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => assert.fail('it should have failed'),
    (error: unknown) => error,
  );
}
