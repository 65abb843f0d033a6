import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ReportPoll } from '../../../src/percipio/api/reports.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, never, organizationId, sendJson, startServer } from './start-server.ts';

async function readAll(poll: ReportPoll): Promise<string> {
  assert.equal(poll.state, 'ready');
  const pieces: Uint8Array[] = [];
  for await (const piece of poll.body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function pollOnce(t: TestContext, answer: (response: ServerResponse) => void) {
  const server = await startServer(t, (_request, response) => answer(response));
  return { server, poll: createTestClient(t, server.url).reports.poll('r1', never) };
}

describe('reports.requestLearningActivity', () => {
  const path = `/reporting/v1/organizations/${organizationId}/report-requests/learning-activity`;

  for (const [name, period, expected] of [
    [
      'a start and an end',
      { start: new Date('2016-01-01T00:00:00Z'), end: new Date('2026-01-01T00:00:00Z'), contentType: 'Course' },
      { start: '2016-01-01T00:00:00.000Z', end: '2026-01-01T00:00:00.000Z', contentType: 'Course' },
    ],
    ['a time frame', { timeFrame: 'WEEK', contentType: 'A,B' }, { timeFrame: 'WEEK', contentType: 'A,B' }],
  ] as const) {
    it(`asks for a report by ${name}`, async (t) => {
      let body = '';
      const server = await startServer(t, (request, response) => {
        request.on('data', (chunk) => {
          body += chunk;
        });
        request.on('end', () => sendJson(response, { id: 'r1', status: 'PENDING', more: 1 }));
      });
      const { value } = await createTestClient(t, server.url).reports.requestLearningActivity(period, never);
      assert.deepEqual(value, { id: 'r1', status: 'PENDING' });
      assert.deepEqual(JSON.parse(body), {
        ...expected,
        // No file on the customer's SFTP server.
        isFileRequiredInSftp: false,
        formatType: 'JSON',
      });
      assert.equal(server.requests[0]?.method, 'POST');
      assert.equal(server.requests[0]?.url, path);
      assert.equal(server.requests[0]?.headers['content-type'], 'application/json');
    });
  }

  for (const [name, status, body] of [
    ['202', 202, { id: 'r1', status: 'PENDING' }],
    ['reportId instead of id', 200, { reportId: 'r1', status: null }],
    ['both', 200, { id: 'r1', reportId: 'r2', status: 'PENDING' }],
    ['an empty id', 200, { id: '', reportId: 'r1' }],
  ] as const) {
    it(`takes an answer with ${name}`, async (t) => {
      const server = await startServer(t, (_request, response) => {
        response.writeHead(status).end(JSON.stringify(body));
      });
      const asked = createTestClient(t, server.url).reports.requestLearningActivity(
        { timeFrame: 'DAY', contentType: 'Course' },
        never,
      );
      assert.deepEqual((await asked).value, { id: 'r1', status: 'PENDING' });
    });
  }

  for (const [what, id] of [
    ['no id', undefined],
    ['an id that no page token holds', 'x'.repeat(257)],
  ] as const) {
    it(`fails if the answer has ${what}`, async (t) => {
      const server = await startServer(t, (_request, response) => sendJson(response, { id, status: 'PENDING' }));
      const asked = createTestClient(t, server.url).reports.requestLearningActivity(
        { timeFrame: 'DAY', contentType: 'Course' },
        never,
      );
      assert.match((await captureError(asked)).message, /unexpected JSON: id: /);
    });
  }
});

describe('reports.poll', () => {
  for (const [name, body, status, isKnown] of [
    ['is waiting', '{"id":"r1","status":"PENDING"}', 'PENDING', true],
    ['is being made', ' \n {"status":"IN_PROGRESS","id":null}', 'IN_PROGRESS', true],
    ['is being made, in other letters', '{"status":" in-progress"}', 'in-progress', true],
    ['is being made, by another name of its id', '{"reportId":"r1","status":"In Progress"}', 'In Progress', true],
    ['is made, before its rows come', '{"id":"r1","status":"PROCESSED"}', 'PROCESSED', true],
    ['is made, by another word', '{"id":"r1","status":"Completed"}', 'Completed', true],
    ['has a status that nobody knows', '{"id":"r1","status":"QUEUED"}', 'QUEUED', false],
    ['is not spoken of at all', '', undefined, true],
    ['is answered with blanks', ' \r\n\t ', undefined, true],
  ] as const) {
    it(`is pending while the report ${name}`, async (t) => {
      const { poll, server } = await pollOnce(t, (response) => {
        response.writeHead(200, { 'x-ratelimit-remaining': '5' }).end(body);
      });
      assert.deepEqual(await poll, {
        state: 'pending',
        status,
        isKnown,
        rateLimit: { limit: undefined, remaining: 5, resetAt: undefined },
      });
      assert.equal(server.requests[0]?.url, `/reporting/v1/organizations/${organizationId}/report-requests/r1`);
    });
  }

  it('is pending on an empty body that says it is compressed', async (t) => {
    const { poll } = await pollOnce(t, (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end();
    });
    assert.equal((await poll).state, 'pending');
  });

  for (const [name, start] of [
    ['at once', ''],
    ['behind blanks', ' \r\n'],
    ['behind a byte order mark', '\ufeff'],
  ] as const) {
    it(`is ready when the rows begin ${name}`, async (t) => {
      const rows = '[{"contentUuid":"c","userUuid":"u","status":"Completed"}]';
      const { poll } = await pollOnce(t, (response) => {
        response.end(start + rows);
      });
      assert.equal(await readAll(await poll), rows);
    });
  }

  it('hands the rows on while they are still being sent', async (t) => {
    let finish = () => {};
    const { poll } = await pollOnce(t, (response) => {
      response.write('[{"a":1}');
      finish = () => response.end(']');
    });
    const ready = await poll;
    assert.equal(ready.state, 'ready');
    const iterator = ready.body[Symbol.asyncIterator]();
    assert.equal(Buffer.from((await iterator.next()).value ?? []).toString(), '[{"a":1}');
    finish();
    assert.equal(Buffer.from((await iterator.next()).value ?? []).toString(), ']');
    assert.equal((await iterator.next()).done, true);
  });

  it('looks at the first byte of what was compressed', async (t) => {
    const { poll } = await pollOnce(t, (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('\n[]'));
    });
    assert.equal(await readAll(await poll), '[]');
  });

  for (const [name, body, message] of [
    ['failed', '{"id":"r1","status":"FAILED"}', /status FAILED$/],
    ['failed, in other letters', '{"reportId":"r1","status":"Failed","error":null,"message":""}', /status Failed$/],
    ['failed for a reason', '{"status":"FAILED","error":"too\\nmany rows"}', /status FAILED: too many rows$/],
    ['failed for a message', '{"status":"FAILED","message":"too many rows","code":7}', /FAILED: too many rows$/],
    ['failed for a reason of its own form', '{"status":"FAILED","cause":{"code":7}}', /FAILED: {"cause":{"code":7}}$/],
    ['ended in an error', '{"status":"ERROR_IN_REPORT"}', /status ERROR_IN_REPORT$/],
    ['was cancelled', '{"status":"CANCELLED"}', /status CANCELLED$/],
  ] as const) {
    it(`fails for good when the report ${name}`, async (t) => {
      const { poll, server } = await pollOnce(t, (response) => {
        response.end(body);
      });
      const error = await captureError(poll);
      assert.equal(error.kind, 'report-failed');
      assert.match(error.message, message);
      assert.equal(server.requests.length, 1);
    });
  }

  it('says that a report that is gone must be requested anew', async (t) => {
    const { poll } = await pollOnce(t, (response) => {
      response.writeHead(404).end('{"message":"not found"}');
    });
    const error = await captureError(poll);
    assert.equal(error.kind, 'report-expired');
    assert.equal(error.status, 404);
    assert.match(error.message, /; request a new one$/);
  });

  for (const [name, body] of [
    ['an object without a status', '{"id":"r1"}'],
    ['an object with an empty status', '{"status":" "}'],
    ['an object with a number for a status', '{"status":2}'],
    ['an empty object', '{}'],
    ['null', 'null'],
    ['a message', '{"message":"busy"}'],
    ['a text', '"PENDING"'],
    ['a text that is not JSON', 'upstream request timeout'],
    ['a page', '<html>maintenance</html>'],
  ] as const) {
    it(`asks again on ${name}, then fails for the moment`, async (t) => {
      const { poll, server } = await pollOnce(t, (response) => {
        response.end(body);
      });
      const error = await captureError(poll);
      assert.equal(error.kind, 'body');
      assert.equal(error.isTransient, true);
      assert.match(error.message, /answered 200 with neither a report nor its status: /);
      assert.equal(server.requests.length, 4);
    });
  }

  for (const id of ['.', '..']) {
    it(`leaves the path of reports for no id: ${id}`, async (t) => {
      const server = await startServer(t, (_request, response) => {
        response.writeHead(404).end();
      });
      await captureError(createTestClient(t, server.url).reports.poll(id, never));
      assert.match(server.requests[0]?.url ?? '', /\/report-requests\/-$/);
    });
  }

  it('asks again when the status is cut off', async (t) => {
    const server = await startServer(t, (_request, response, index) => {
      response.end(index === 0 ? '{"id":"r1","sta' : '{"status":"PENDING"}');
    });
    assert.equal((await createTestClient(t, server.url).reports.poll('r1', never)).state, 'pending');
    assert.equal(server.requests.length, 2);
  });

  it('lets the stream fail when the connection ends in the middle of the rows', async (t) => {
    const { poll } = await pollOnce(t, (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('[{"a":1},');
      setTimeout(() => response.destroy(), 5);
    });
    const error = await captureError(readAll(await poll));
    assert.equal(error.kind, 'body');
    assert.equal(error.isTransient, true);
    assert.match(error.message, /cut off or malformed after 9 bytes/);
  });

  it('frees the connection when the rows are cancelled unread, or left in the middle', async (t) => {
    const server = await startServer(t, (_request, response, index) => {
      if (index === 2) response.end();
      else response.write('[{"a":1}');
    });
    const client = createTestClient(t, server.url, { maxConcurrentRequests: 1 });
    const unread = await client.reports.poll('r1', never);
    assert.equal(unread.state, 'ready');
    unread.body.cancel();
    const left = await client.reports.poll('r1', never);
    assert.equal(left.state, 'ready');
    for await (const _piece of left.body) break;
    assert.equal((await client.reports.poll('r1', never)).state, 'pending');
  });
});
