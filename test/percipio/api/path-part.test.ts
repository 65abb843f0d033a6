import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPathPart } from '../../../src/percipio/api/path-part.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, never, sendJson, startServer } from './start-server.ts';

/** What a server that names reports or batches, a request or a setting could use to reach another path. */
const hostile = [
  ...['..', '.', '...', '', '../../users', '/', '\\', '..\\..', '%2e%2e', '%2F', '?a=b', '#a', ';a', ' ', '\n', '\0'],
  ...['\ud800', 'a/../b', '//host', 'ä', '😀'],
];

test('any text is one part of a path, and never a folder', () => {
  for (const text of hostile) {
    const { pathname, search, hash, host } = new URL(`/a/${toPathPart(text)}/b`, 'https://api.example.com');
    assert.match(pathname, /^\/a\/[^/]+\/b$/, JSON.stringify(text));
    assert.deepEqual([search, hash, host], ['', '', 'api.example.com']);
  }
  assert.equal(toPathPart('a b/ä'), 'a%20b%2F%C3%A4');
});

test('ids of reports and batches, names of users and the id of the organization stay in their place', async (t) => {
  const server = await startServer(t, (_request, response) => sendJson(response, []));
  const user = { externalUserId: 'x' };
  for (const text of hostile) {
    const client = createTestClient(t, server.url, { organizationId: `o${text}` });
    const before = server.requests.length;
    const poll = await client.reports.poll(text, never);
    if (poll.state === 'ready') poll.body.cancel();
    await client.users.batches.poll(text, user, never);
    await captureError(client.users.lookUp('login-name', `u${text}`, never));
    await client.users.list({ max: 1, offset: 0 }, never);
    const [report, batch, lookUp, list] = server.requests.slice(before).map(({ url = '' }) => url.split('?')[0]);
    assert.match(report ?? '', /^\/reporting\/v1\/organizations\/o[^/]*\/report-requests\/[^/]+$/);
    assert.match(batch ?? '', /^\/user-management\/v1\/organizations\/o[^/]*\/batch-users-request\/[^/]+$/);
    assert.match(lookUp ?? '', /^\/user-management\/v1\/organizations\/o[^/]*\/users\/login-name\/u[^/]*$/);
    assert.match(list ?? '', /^\/user-management\/v1\/organizations\/o[^/]*\/users$/);
  }
  for (const organizationId of ['..', '.']) {
    await createTestClient(t, server.url, { organizationId }).users.list({ max: 1, offset: 0 }, never);
    assert.match(server.requests.at(-1)?.url ?? '', /^\/user-management\/v1\/organizations\/-\/users\?/);
  }
});
