import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { captureError } from './capture-error.ts';
import { createTestClient, never, startServer } from './start-server.ts';

/** What each form of a password would be told by, once markup and escapes have been taken off. */
const passwords = ['Correct-Horse-7', 'q"\\<b>&\'Zz9 +ü', `Inv\u200bisible-1`];

/** Ways in which an answer may repeat a request. */
const quotes: readonly [name: string, contentType: string, quote: (body: string, password: string) => string][] = [
  ['as it was sent', 'text/plain', (body) => `cannot process ${body}`],
  ['in a message', 'application/json', (_body, password) => JSON.stringify({ message: `bad password ${password}` })],
  [
    'in a message, as JSON',
    'application/json',
    (body) => JSON.stringify({ errors: [{ message: `invalid: ${body}` }] }),
  ],
  ['as a JSON string that is no message', 'application/json', (body) => JSON.stringify({ input: body })],
  ['as JSON that is no message', 'application/json', (body) => JSON.stringify({ input: JSON.parse(body) })],
  ['in a web page', 'text/html', (body) => `<html><p>refused</p><pre>${body}</pre></html>`],
  ['in a web page, escaped', 'text/html', (body) => `<html><pre>${escapeHtml(body)}</pre></html>`],
  ['in a text, escaped', 'text/plain', (body) => `refused: ${escapeHtml(JSON.parse(body).password)}`],
  [
    'in JSON of ASCII alone',
    'application/json',
    (body) => JSON.stringify({ input: body }).replace(/[^ -~]/g, escapeUnicode),
  ],
  ['without invisible characters', 'text/plain', (body) => body.replace(/\p{Cf}/gu, '')],
  ['in a URL', 'text/plain', (_body, password) => `see /retry?password=${encodeURIComponent(password)}`],
  ['in a form', 'text/plain', (_body, password) => new URLSearchParams({ password }).toString()],
];

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

function escapeUnicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Letters and digits alone: no escape or markup hides the password from this. */
function bare(text: string): string {
  return text
    .replace(/&[a-z#0-9]+;|%[0-9A-F]{2}|\\u[0-9a-f]{4}/gi, '')
    .replace(/[^a-z0-9]/gi, '')
    .toLowerCase();
}

describe('a password', () => {
  for (const password of passwords) {
    for (const [name, contentType, quote] of quotes) {
      it(`is in no error and no log line when an answer repeats it ${name}: ${JSON.stringify(password)}`, async (t) => {
        const lines: string[] = [];
        const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
        const server = await startServer(t, (request, response, index) => {
          const chunks: Buffer[] = [];
          request.on('data', (chunk: Buffer) => chunks.push(chunk));
          request.on('end', () => {
            // A 429 is logged when it is sent again.
            const status = index % 2 === 0 ? 429 : 422;
            response.writeHead(status, { 'content-type': contentType, 'retry-after': '0' });
            response.end(quote(Buffer.concat(chunks).toString(), password));
          });
        });
        const { users } = createTestClient(t, server.url, { logger });
        for (const call of [
          () => users.update('u1', { password }, never),
          () => users.create({ externalUserId: 'E1', password }, never),
        ]) {
          const error = await captureError(call());
          assert.equal(error.status, 422);
          assert.match(error.message, /\[redacted\]/);
          const shown = bare(`${inspect(error, { depth: 10, showHidden: true })} ${error.stack} ${lines.join('')}`);
          assert.ok(!shown.includes(bare(password)), `shows the password: ${error.message}`);
        }
        assert.equal(server.requests.length, 4);
        assert.match(lines.join(''), /percipio request/);
        assert.match(lines.join(''), /; retrying/);
      });
    }
  }

  it('is in no error when a write is answered with a web page, or with what is no user', async (t) => {
    const password = 'Correct-Horse-7';
    const server = await startServer(t, (request, response) => {
      const contentType = request.method === 'PATCH' ? 'text/html' : 'text/plain';
      if (request.method === 'GET') response.writeHead(404).end();
      else response.writeHead(200, password, { 'content-type': contentType }).end(`got ${password}`);
    });
    const { users } = createTestClient(t, server.url);
    for (const call of [
      users.update('u1', { password }, never),
      users.create({ externalUserId: 'E', password }, never),
    ]) {
      const error = await captureError(call);
      assert.match(error.message, /got \[redacted\]/);
      assert.doesNotMatch(inspect(error, { depth: 10 }), /Horse/);
    }
  });

  it('is in no error when it is cut off at the end of what an error shows, and has an invisible character in it', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(422).end(JSON.stringify({ message: `${'x'.repeat(190)} Correct\u200b-Horse-7` }));
    });
    const call = createTestClient(t, server.url).users.update('u', { password: 'Correct-Horse-7' }, never);
    assert.doesNotMatch((await captureError(call)).message, /Corr/);
  });

  it('is in no error when the problems of fields repeat it', async (t) => {
    const server = await startServer(t, (_request, response) => {
      const errors = [{ additionalInfo: 'Horse_777->x' }, { additionalInfo: 'x->horse_777' }];
      response.writeHead(422).end(JSON.stringify({ errors }));
    });
    const { users } = createTestClient(t, server.url);
    for (const password of ['Horse_777', 'horse_777']) {
      const error = await captureError(users.update('u', { password }, never));
      assert.equal(error.fieldProblems.length, 2);
      assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(password));
    }
  });

  it('is in no error when the reason of a refusal repeats it', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(422, 'Correct-Horse-7').end();
    });
    const error = await captureError(
      createTestClient(t, server.url).users.update('u', { password: 'Correct-Horse-7' }, never),
    );
    assert.match(error.message, /answered 422 \[redacted\]$/);
  });
});
