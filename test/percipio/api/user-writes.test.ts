import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { captureError } from './capture-error.ts';
import { createTestClient, never, organizationId, sendJson, startServer } from './start-server.ts';

const usersPath = `/user-management/v1/organizations/${organizationId}/users`;
const ada = { externalUserId: 'E 1', email: 'ada@example.com', role: 'LEARNER', sendWelcomeEmail: false } as const;

/** Reads what was sent before it is answered. */
function readsBody(bodies: unknown[], request: IncomingMessage, answer: () => void): void {
  void json(request).then((body) => {
    bodies.push(body);
    answer();
  });
}

const waysToLookUp = ['external-user-id', 'login-name', 'login-name-or-email'] as const;

describe('users.lookUp', () => {
  for (const by of waysToLookUp) {
    it(`finds one person by ${by}, whatever characters the name has`, async (t) => {
      const server = await startServer(t, (_request, response) => sendJson(response, { id: 'u1' }));
      const found = await createTestClient(t, server.url).users.lookUp(by, 'ä b/c?d#e%2F..', never);
      assert.equal(found?.id, 'u1');
      assert.equal(server.requests[0]?.url, `${usersPath}/${by}/%C3%A4%20b%2Fc%3Fd%23e%252F..`);
    });
  }

  it('gives nothing where nobody has the name', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(404).end('{"message":"not found"}');
    });
    assert.equal(await createTestClient(t, server.url).users.lookUp('login-name', 'ada', never), undefined);
  });

  it('fails on any other refusal', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(403).end();
    });
    const error = await captureError(createTestClient(t, server.url).users.lookUp('login-name', 'ada', never));
    assert.equal(error.status, 403);
  });

  for (const name of ['', '.', '..']) {
    it(`asks nothing for the name "${name}", whose path would be another one`, async (t) => {
      const server = await startServer(t, (_request, response) => sendJson(response, { id: 'u1' }));
      const { users } = createTestClient(t, server.url);
      assert.equal(await users.lookUp('login-name', name, never), undefined);
      assert.equal((await users.get(name, never)).value, undefined);
      await assert.rejects(users.update(name, { role: 'ADMIN' }, never), RangeError);
      assert.equal(server.requests.length, 0);
    });
  }
});

describe('users.create', () => {
  it('sends the documented fields and no others, and gives the person', async (t) => {
    const bodies: unknown[] = [];
    const server = await startServer(t, (request, response) =>
      readsBody(bodies, request, () => {
        response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id: 'u1', ...ada }));
      }),
    );
    const all = {
      externalUserId: 'E1',
      email: 'ada@example.com',
      isActive: true,
      loginName: 'ada',
      firstName: 'Ada',
      lastName: 'Example',
      role: 'MANAGER',
      customAttributes: [{ name: 'Geo', value: 'EMEA' }],
      password: 'Secret-1',
      sendWelcomeEmail: true,
      isInstructor: false,
    } as const;
    const { users } = createTestClient(t, server.url);
    const created = await users.create({ ...all, ...{ jobTitle: 'Engineer', id: 'x' } }, never);
    assert.equal(created.id, 'u1');
    await users.create({ externalUserId: 'E2', email: undefined }, never);
    assert.deepEqual(bodies, [all, { externalUserId: 'E2' }]);
    assert.deepEqual([server.requests[0]?.method, server.requests[0]?.url], ['POST', usersPath]);
    assert.equal(server.requests[0]?.headers['content-type'], 'application/json');
  });

  for (const [name, body] of [
    ['an empty body', ''],
    ['a body that is no user', '{"message":"created"}'],
    ['a body that is no JSON', 'created'],
    ['a list', '[{"id":"u2"}]'],
  ]) {
    it(`looks the person up after ${name}, again when the person does not show at once`, async (t) => {
      const server = await startServer(t, (request, response, index) => {
        if (request.method === 'POST') response.writeHead(201).end(body);
        else if (index < 3) response.writeHead(404).end();
        else sendJson(response, { id: 'u1' });
      });
      assert.equal((await createTestClient(t, server.url).users.create(ada, never)).id, 'u1');
      assert.deepEqual(
        server.requests.map(({ method, url }) => `${method} ${url?.replace(usersPath, '')}`),
        ['POST ', ...Array(3).fill('GET /external-user-id/E%201')],
      );
    });
  }

  it('looks the person up after an answer that breaks off, for it is created', async (t) => {
    const server = await startServer(t, (request, response) => {
      if (request.method !== 'POST') return sendJson(response, { id: 'u1' });
      response.writeHead(201, { 'content-length': '100' }).write('{"id":"u');
      setImmediate(() => response.destroy());
    });
    assert.equal((await createTestClient(t, server.url).users.create(ada, never)).id, 'u1');
  });

  it('fails when it was told that a person is created whom nobody can find', async (t) => {
    const server = await startServer(t, (request, response) => {
      if (request.method === 'POST') response.writeHead(200).end('<html><h1>Sign in</h1></html>');
      else response.writeHead(404).end();
    });
    const error = await captureError(createTestClient(t, server.url).users.create(ada, never));
    assert.match(
      error.message,
      /answered 200 with something that is not a user: Sign in; and no user has the external user id E 1 now$/,
    );
    assert.deepEqual([error.kind, error.isUnprocessed, error.method], ['body', false, 'POST']);
    assert.equal(server.requests.filter(({ method }) => method === 'POST').length, 1);
  });
});

describe('users.update', () => {
  it('sends the changes that are given, and needs no answer', async (t) => {
    const bodies: unknown[] = [];
    const server = await startServer(t, (request, response) =>
      readsBody(bodies, request, () => {
        response.writeHead(204).end();
      }),
    );
    const { users } = createTestClient(t, server.url);
    await users.update(
      'a/b',
      { isActive: false, role: undefined, ...{ sendWelcomeEmail: true, jobTitle: 'x' } },
      never,
    );
    assert.deepEqual(bodies, [{ isActive: false, sendWelcomeEmail: true }]);
    assert.deepEqual([server.requests[0]?.method, server.requests[0]?.url], ['PATCH', `${usersPath}/a%2Fb`]);
  });

  it('takes an answer that breaks off for the success that its status tells', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"id":"u');
      setImmediate(() => response.destroy());
    });
    await createTestClient(t, server.url).users.update('u1', { role: 'ADMIN' }, never);
    assert.equal(server.requests.length, 1);
  });

  it('fails on a web page with status 200, as a proxy that wants a login sends it', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Please sign in</h1>');
    });
    const error = await captureError(createTestClient(t, server.url).users.update('u1', { role: 'ADMIN' }, never));
    assert.match(error.message, /answered 200 with a web page, which cannot be from Percipio: Please sign in$/);
    assert.equal(error.isUnprocessed, false);
  });

  it('tells who is not there by the status 404', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(404).end('{"message":"No user"}');
    });
    const error = await captureError(createTestClient(t, server.url).users.update('u1', { role: 'ADMIN' }, never));
    assert.equal(error.status, 404);
  });
});

describe('a write of a user', () => {
  for (const [name, write] of [
    ['create', (users: Users) => users.create(ada, never)],
    ['update', (users: Users) => users.update('u1', { role: 'ADMIN' }, never)],
  ] as const) {
    it(`is sent again after a 429: ${name}`, async (t) => {
      const server = await startServer(t, (_request, response, index) => {
        if (index < 2) response.writeHead(429, { 'retry-after': '0' }).end();
        else sendJson(response, { id: 'u1' });
      });
      await write(createTestClient(t, server.url).users);
      assert.equal(server.requests.length, 3);
    });

    for (const status of [409, 422, 500, 502, 503, 504]) {
      it(`is not sent again after a ${status}: ${name}`, async (t) => {
        const server = await startServer(t, (_request, response) => {
          response.writeHead(status).end('{"errors":[{"message":"why"}]}');
        });
        const error = await captureError(write(createTestClient(t, server.url).users) as Promise<unknown>);
        assert.deepEqual([error.status, error.isUnprocessed], [status, false]);
        assert.match(error.message, /: why$/);
        assert.equal(server.requests.length, 1);
      });
    }

    it(`is not sent again after its answer was lost: ${name}`, async (t) => {
      const server = await startServer(t, (request) => {
        request.socket.resetAndDestroy();
      });
      const error = await captureError(write(createTestClient(t, server.url).users) as Promise<unknown>);
      assert.deepEqual([error.kind, error.isUnprocessed], ['network', false]);
      assert.equal(server.requests.length, 1);
    });

    it(`is not sent again after its answer came too late: ${name}`, async (t) => {
      const server = await startServer(t, () => {});
      const { users } = createTestClient(t, server.url, { requestTimeoutMs: 300 });
      const error = await captureError(write(users) as Promise<unknown>);
      assert.deepEqual([error.kind, error.isUnprocessed], ['timeout', false]);
      assert.equal(server.requests.length, 1);
    });
  }
});

type Users = ReturnType<typeof createTestClient>['users'];
