import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { createPercipioClient } from '../../../src/percipio/api/percipio-client.ts';
import { assertNoToken, captureError } from './capture-error.ts';
import { createTestClient, listen, never, organizationId, sendJson, startServer, token } from './start-server.ts';

const page = { max: 1, offset: 0 };

describe('the token', () => {
  for (const status of [200, 302, 400, 401, 403, 407, 429, 500, 503]) {
    it(`is in no error when an answer with status ${status} repeats the request`, async (t) => {
      const server = await startServer(t, (request, response) => {
        const headers = { 'content-type': 'text/html', location: `/?token=${token}`, 'x-echo': token };
        response.writeHead(status, headers).end(`<html><body>${JSON.stringify(request.headers)}</body></html>`);
      });
      const client = createTestClient(t, server.url);
      const calls = [
        client.users.list(page, never),
        client.content.search({ text: 'x' }, never),
        client.reports.poll('r1', never),
      ];
      for (const error of await Promise.all(calls.map(captureError))) {
        assert.match(error.message, /\[redacted\]/);
      }
    });
  }

  it('is in no error when it is what was searched for', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(403).end();
    });
    const error = await captureError(createTestClient(t, server.url).content.search({ text: token }, never));
    assert.match(error.url, /q=\[redacted\]/);
  });

  it('is in no error when the reason of a refusal or the name of an encoding repeats it', async (t) => {
    const server = await startServer(t, (_request, response, index) => {
      if (index === 0) response.writeHead(403, token).end();
      else response.writeHead(200, { 'content-encoding': token }).end('[]');
    });
    const client = createTestClient(t, server.url);
    for (let count = 0; count < 2; count += 1) {
      assert.match((await captureError(client.users.list(page, never))).message, /\[redacted\]/);
    }
  });

  it('is in no error when a report status repeats it', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, { status: 'FAILED', error: token }));
    await captureError(createTestClient(t, server.url).reports.poll('r1', never));
  });

  it('is in no error when the answer is no HTTP, of which the HTTP parser keeps a piece', async (t) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => socket.end(`HTTP/1.1 200 OK\r\nbroken header ${data}\r\n\r\n`));
    });
    const port = await listen(t, server);
    const error = await captureError(createTestClient(t, `http://127.0.0.1:${port}`).users.list(page, never));
    assert.equal(error.kind, 'network');
  });

  it('is in no log line', async (t) => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
    const server = await startServer(t, (request, response, index) => {
      if (index === 0) response.writeHead(503).end(request.headers.authorization);
      else sendJson(response, []);
    });
    await createTestClient(t, server.url, { logger }).users.list(page, never);
    assert.equal(lines.length, 3);
    assert.ok(!lines.join('').includes(token));
    assert.match(lines.join(''), /Bearer \[redacted\]; retrying/);
  });

  for (const [name, bad] of [
    ['is empty', ' '],
    ['has a line break in it', `${token}\n${token}`],
    ['has odd characters', `${token}ä`],
  ] as const) {
    it(`is refused when it ${name}, and not quoted`, () => {
      const create = () => createPercipioClient({ organizationId, token: bad, userAgent: 'test', env: {} });
      assert.throws(create, (error: Error) => {
        assertNoToken(error);
        return error.message.startsWith('the Percipio token is empty, or contains');
      });
    });
  }

  it('may have white space around it, as a file of a secret often has', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, []));
    await createTestClient(t, server.url, { token: ` ${token}\n` }).users.list(page, never);
    assert.equal(server.requests[0]?.headers.authorization, `Bearer ${token}`);
  });
});
