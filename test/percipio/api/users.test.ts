import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { User } from '../../../src/percipio/api/user.ts';
import type { UsersPage } from '../../../src/percipio/api/users.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, never, organizationId, sendJson, startServer, token } from './start-server.ts';

describe('users.list', () => {
  it('asks for a page of the organization, as itself and as this program', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, []));
    const updatedSince = new Date('2026-01-02T03:04:05Z');
    await createTestClient(t, server.url).users.list({ max: 1000, offset: 2000, updatedSince }, never);
    const [request] = server.requests;
    assert.equal(
      request?.url,
      `/user-management/v1/organizations/${organizationId}/users?max=1000&offset=2000&updatedSince=2026-01-02T03%3A04%3A05.000Z`,
    );
    assert.equal(request?.headers.authorization, `Bearer ${token}`);
    assert.equal(request?.headers['user-agent'], 'baton-percipio/0.0.0-test');
    assert.equal(request?.headers['accept-encoding'], 'gzip, br, zstd');
  });

  it('puts the path of the base URL before its own', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, []));
    await createTestClient(t, `${server.url}/gateway/`).users.list({ max: 1, offset: 0 }, never);
    assert.ok(server.requests[0]?.url?.startsWith('/gateway/user-management/v1/'));
  });

  it('gives the users, their total and the rate limit', async (t) => {
    const user = {
      id: 'u1',
      externalUserId: 'x1',
      email: 'ada@example.com',
      isActive: true,
      loginName: 'ada',
      firstName: 'Ada',
      lastName: 'Example',
      role: 'LEARNER',
      updatedAt: '2026-01-02T03:04:05Z',
      jobTitle: 'Engineer',
      isInstructor: false,
      hasCoaching: true,
      hasEnterpriseCoaching: false,
      hasEnterpriseCoachingDashboard: false,
      approvalManager: { id: 'u2', email: 'grace@example.com', externalUserId: 'x2' },
      customAttributes: [{ id: 'c1', name: 'Cost center', value: '4711' }],
    };
    const server = await startServer(t, (_request, response) =>
      sendJson(response, [user], { 'x-total-count': '1', 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '59' }),
    );
    const page = await createTestClient(t, server.url).users.list({ max: 10, offset: 0 }, never);
    assert.deepEqual(page.items, [user]);
    assert.equal(page.total, 1);
    assert.equal(page.nextOffset, undefined);
    assert.deepEqual(page.rateLimit, { limit: 60, remaining: 59, resetAt: undefined });
  });

  it('takes users of whom all but the id is null, missing or unknown', async (t) => {
    const names = ['externalUserId', 'email', 'isActive', 'loginName', 'firstName', 'lastName', 'role', 'updatedAt'];
    const more = ['jobTitle', 'isInstructor', 'hasCoaching', 'approvalManager', 'customAttributes'];
    const nulls = Object.fromEntries([...names, ...more].map((name) => [name, null]));
    const server = await startServer(t, (_request, response) =>
      sendJson(response, [
        { id: 'missing' },
        { id: 'null', ...nulls },
        { id: 'more', approvalManager: { id: null }, somethingNew: { deep: [1] } },
        {
          id: 'values',
          customAttributes: [
            { id: null, name: 'a', value: null },
            { name: 'b', value: 7 },
            { name: 'c', value: true },
            {},
          ],
        },
      ]),
    );
    const { items } = await createTestClient(t, server.url).users.list({ max: 10, offset: 0 }, never);
    for (const item of items.slice(0, 2)) {
      assert.equal(item.email, undefined);
      assert.equal(item.isActive, undefined);
      assert.deepEqual(item.customAttributes, []);
    }
    assert.ok(!('somethingNew' in (items[2] ?? {})));
    assert.deepEqual(
      items[3]?.customAttributes.map((attribute) => attribute.value),
      [undefined, '7', 'true', undefined],
    );
  });

  for (const [name, body, place] of [
    ['a user without an id', [{ id: 'a' }, { email: 'x@example.com' }], '[1].id'],
    ['a user with an empty id', [{ id: '' }], '[0].id'],
    ['an id of another type', [{ id: 7 }], '[0].id'],
    ['an entry of another type', [{ id: 'a' }, 'b'], '[1]'],
    ['something else than a list', { items: [] }, 'the response'],
  ] as const) {
    it(`fails on ${name}, and says where without quoting it`, async (t) => {
      const server = await startServer(t, (_request, response) => sendJson(response, body));
      const error = await captureError(createTestClient(t, server.url).users.list({ max: 10, offset: 0 }, never));
      assert.equal(error.kind, 'body');
      assert.equal(error.isTransient, false);
      assert.ok(error.message.includes(`unexpected JSON: ${place}: `), error.message);
      assert.ok(!error.message.includes('x@example.com'));
    });
  }

  it('takes users with odd values, and counts what it could not read', async (t) => {
    const server = await startServer(t, (_request, response) =>
      sendJson(response, [
        null,
        {
          id: 'a',
          firstName: ' Ada\u00a0',
          lastName: ['Example'],
          loginName: 7,
          email: '  ',
          role: 3,
          isActive: 'False',
          hasCoaching: 'sometimes',
          approvalManager: 'boss',
          updatedAt: 17,
          customAttributes: [
            { name: ' list ', value: ['x', ' y ', 3] },
            { name: 'gaps', value: [null, 'x', {}] },
            { name: 'none', value: [] },
            { name: 'map', value: { a: 1 } },
            { name: ' ', value: 'lost' },
            null,
            'text',
          ],
        },
        null,
        { id: 'b', customAttributes: { one: 1, two: null, three: {} }, approvalManager: { id: 5, email: ['a'] } },
        { id: 'c', customAttributes: 'a=b', role: ' COACH ' },
      ]),
    );
    const { items, entries, unread } = await createTestClient(t, server.url).users.list({ max: 9, offset: 0 }, never);
    assert.deepEqual(
      items.map((item) => JSON.parse(JSON.stringify(item))),
      [
        {
          ...{ id: 'a', firstName: 'Ada', loginName: '7', email: '', isActive: false },
          customAttributes: [
            { name: 'list', value: 'x|y|3' },
            { name: 'gaps', value: 'x' },
            { name: 'none' },
            { name: 'map' },
            { value: 'lost' },
          ],
        },
        {
          id: 'b',
          approvalManager: { id: '5' },
          customAttributes: [{ name: 'one', value: '1' }, { name: 'two' }, { name: 'three' }],
        },
        { id: 'c', role: 'COACH', customAttributes: [] },
      ],
    );
    assert.equal(entries, 5);
    assert.deepEqual(Object.fromEntries(unread), {
      null: 2,
      lastName: 1,
      role: 1,
      updatedAt: 1,
      hasCoaching: 1,
      approvalManager: 1,
      'approvalManager.email': 1,
      // One list with an entry that is text, and the text in the place of a list.
      customAttributes: 2,
      'customAttributes.name': 1,
      'customAttributes.value': 3,
    });
  });

  it('reads each odd value of the simulator as what it stands for', async (t) => {
    const simulator = await startSimulator(t, { users: 400, courses: 0, activityRows: 0, oddValues: true });
    const client = createTestClient(t, simulator.url, {
      organizationId: simulator.organizationId,
      token: simulator.token,
    });
    const users = new Map<string, User>();
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const page: UsersPage = await client.users.list({ max: 30, offset }, never);
      for (const user of page.items) users.set(user.id, user);
      offset = page.nextOffset;
    }
    assert.equal(users.size, 400);
    let compared = 0;
    for (const { of, id, oddity, field, plain } of simulator.oddValues) {
      // Times are for events, which read them as they are.
      if (of !== 'user' || /^(customAttributes|approvalManager|updatedAt)$/.test(field)) continue;
      const user = users.get(id);
      const attribute = /^customAttributes\.(.*)$/.exec(field)?.[1];
      const value = attribute
        ? user?.customAttributes.find(({ name }) => name === attribute)?.value
        : user?.[field as keyof User];
      const expected = typeof plain === 'object' ? plain.join('|') : plain;
      assert.equal(String(value ?? ''), String(expected ?? ''), `${oddity}: ${field}`);
      compared += 1;
    }
    assert.ok(compared > 80, String(compared));
  });

  it('walks through all pages, whatever their length', async (t) => {
    const all = Array.from({ length: 23 }, (_, index) => ({ id: `u${index}` }));
    const server = await startServer(t, (request, response) => {
      const offset = Number(new URL(request.url ?? '', 'http://x').searchParams.get('offset'));
      // Never as many as were asked for.
      sendJson(response, all.slice(offset, offset + 7), { 'x-total-count': String(all.length) });
    });
    const client = createTestClient(t, server.url);
    const seen: string[] = [];
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const page = await client.users.list({ max: 10, offset }, never);
      seen.push(...page.items.map((user) => user.id));
      offset = page.nextOffset;
    }
    assert.deepEqual(
      seen,
      all.map((user) => user.id),
    );
    assert.equal(server.requests.length, 4);
  });

  it('goes on to an empty page when no total tells the end', async (t) => {
    const server = await startServer(t, (_request, response, index) =>
      sendJson(response, index < 2 ? [{ id: `${index}` }] : []),
    );
    const client = createTestClient(t, server.url);
    assert.equal((await client.users.list({ max: 1, offset: 0 }, never)).nextOffset, 1);
    assert.equal((await client.users.list({ max: 1, offset: 1 }, never)).nextOffset, 2);
    assert.equal((await client.users.list({ max: 1, offset: 2 }, never)).nextOffset, undefined);
  });

  it('fails on an empty page before the end, after having asked again', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, [], { 'x-total-count': '5000' }));
    const error = await captureError(createTestClient(t, server.url).users.list({ max: 1000, offset: 3000 }, never));
    assert.match(error.message, /without users from offset 3000 on, although there are 5000 \(after 4 attempts\)/);
  });
});

describe('users.get', () => {
  it('gives one user', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, { id: 'a/b', email: null }));
    const { value } = await createTestClient(t, server.url).users.get('a/b', never);
    assert.equal(value?.id, 'a/b');
    assert.ok(server.requests[0]?.url?.endsWith('/users/a%2Fb'));
  });

  it('gives nothing for a user that does not exist', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(404).end('{"message":"not found"}');
    });
    assert.equal((await createTestClient(t, server.url).users.get('a', never)).value, undefined);
  });

  it('fails on any other refusal', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(403).end('{"message":"no permission"}');
    });
    const error = await captureError(createTestClient(t, server.url).users.get('a', never));
    assert.equal(error.status, 403);
    assert.equal(error.family, 'user-management');
    assert.match(error.message, /answered 403 Forbidden: no permission$/);
  });
});
