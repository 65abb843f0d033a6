import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { findTarget } from '../../../src/percipio/api/redirects.ts';
import { REDIRECT_STATUSES } from '../../../src/simulator/percipio/http/redirect.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, never, startServer } from './start-server.ts';
import { authorityFile, startTlsServer } from './start-tls-server.ts';

async function start(t: TestContext) {
  const simulator = await startSimulator(t, { users: 2, reportPolls: { pending: 0, inProgress: 0 }, activityRows: 5 });
  const client = createTestClient(t, simulator.url, {
    organizationId: simulator.organizationId,
    token: simulator.token,
  });
  return { simulator, client, list: () => client.users.list({ max: 10, offset: 0 }, never) };
}

describe('redirects of reads', () => {
  for (const status of REDIRECT_STATUSES) {
    it(`are followed with the token on the same origin: ${status}`, async (t) => {
      const { simulator, list } = await start(t);
      simulator.faults.add({ kind: 'redirect', status });
      assert.equal((await list()).items.length, 2);
      const [first, second] = simulator.requests.all;
      assert.equal(second?.path, `/moved${first?.path}`);
      assert.equal(second?.isAuthorized, true);
    });

    it(`are followed without the token to another origin: ${status}`, async (t) => {
      const { simulator, list } = await start(t);
      simulator.faults.add({ kind: 'redirect', status, to: 'origin' });
      assert.equal((await list()).items.length, 2);
      assert.deepEqual(
        simulator.requests.all.map(({ isAuthorized }) => isAuthorized),
        [true, false],
      );
    });
  }

  it('do not get the token back from another origin', async (t) => {
    const seen: (string | undefined)[] = [];
    let api = '';
    const other = await startServer(t, (request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: request.url === '/away' ? '/further' : `${api}/back` }).end();
    });
    const server = await startServer(t, (request, response) => {
      seen.push(request.headers.authorization?.slice(0, 6));
      if (request.url === '/back') response.end('[]');
      else response.writeHead(302, { location: `${other.url}/away` }).end();
    });
    api = server.url;
    const { items } = await createTestClient(t, server.url).users.list({ max: 10, offset: 0 }, never);
    assert.deepEqual(items, []);
    assert.deepEqual(seen, ['Bearer', undefined, undefined, undefined]);
  });

  it('are not followed from HTTPS to HTTP', async (t) => {
    const plain = await startServer(t, (_request, response) => response.end('[]'));
    const server = await startTlsServer(t, (_request, response) =>
      response.writeHead(302, { location: plain.url }).end(),
    );
    const client = createTestClient(t, server.url, { env: { SSL_CERT_FILE: authorityFile } });
    const error = await captureError(client.users.list({ max: 10, offset: 0 }, never));
    assert.match(error.message, /answered 302 Found, a redirect that is not followed, to http:\/\/127\.0\.0\.1:/);
    assert.equal(plain.requests.length, 0);
  });

  it('are followed to the rows of a report', async (t) => {
    const { simulator, client } = await start(t);
    const { value } = await client.reports.requestLearningActivity({ timeFrame: 'DAY', contentType: 'Course' }, never);
    simulator.faults.add({ kind: 'redirect', to: 'origin' });
    const poll = await client.reports.poll(value.id, never);
    assert.ok(poll.state === 'ready');
    poll.body.cancel();
  });

  it('end after a few hops, with an error that names the last target', async (t) => {
    const { simulator, list } = await start(t);
    simulator.faults.add({ kind: 'redirect', times: Infinity });
    const error = await captureError(list());
    assert.equal(simulator.requests.all.length, 6);
    assert.deepEqual([error.kind, error.status, error.isTransient], ['http', 307, false]);
    assert.match(
      error.message,
      /^GET \S+ was redirected to \S+(\/moved){5}\S+ and answered 307 Temporary Redirect, a redirect that is not followed, to \S+(\/moved){6}\S+: The document has moved\.$/,
    );
  });

  it('name their target where it fails', async (t) => {
    const { simulator, list } = await start(t);
    simulator.faults.add({ kind: 'redirect' });
    simulator.faults.add({ kind: 'status', status: 404, match: { path: /^\/moved/ } });
    assert.match(
      (await captureError(list())).message,
      /^GET \S+ was redirected to \S+\/moved\/user\S+ and answered 404/,
    );
  });

  it('begin from the start after a passing failure of the target', async (t) => {
    const { simulator, list } = await start(t);
    simulator.faults.add({ kind: 'redirect' });
    simulator.faults.add({ kind: 'status', status: 503, match: { path: /^\/moved/ } });
    assert.equal((await list()).items.length, 2);
    assert.equal(simulator.requests.all.length, 3);
  });
});

describe('redirects of writes', () => {
  it('are not followed, and the error names the target without its secrets', async (t) => {
    const { simulator, client } = await start(t);
    const id = simulator.data.users[0]?.id ?? '';
    for (const status of REDIRECT_STATUSES) {
      simulator.requests.clear();
      simulator.faults.add({
        kind: 'redirect',
        status,
        to: { location: 'https://me:word@sso.example.com/login?access_token=abc' },
      });
      const { message } = await captureError(client.users.update(id, { firstName: 'Ada' }, never));
      assert.match(
        message,
        /a redirect that is not followed, to https:\/\/sso\.example\.com\/login\?access_token=%5Bred/,
      );
      assert.equal(simulator.requests.all.length, 1);
    }
  });

  it('are followed for the request for a report only where it stays the same request', async (t) => {
    const { simulator, client } = await start(t);
    const request = () => client.reports.requestLearningActivity({ timeFrame: 'DAY', contentType: 'Course' }, never);
    for (const status of [307, 308] as const) {
      simulator.faults.add({ kind: 'redirect', status });
      assert.ok((await request()).value.id);
    }
    for (const status of [301, 302, 303] as const) {
      simulator.faults.add({ kind: 'redirect', status });
      assert.match((await captureError(request())).message, /a redirect that is not followed, to http/);
    }
  });
});

describe('findTarget', () => {
  const from = new URL('https://api.example.com/a/b?c=1');
  for (const [name, status, location, expected] of [
    ['a relative target', 302, '/d', 'https://api.example.com/d'],
    ['a target without its user info and fragment', 301, 'https://a:b@c.example/#d', 'https://c.example/'],
    ['no target for another scheme', 302, 'ftp://c.example/', undefined],
    ['no target for a malformed one', 302, 'https://', undefined],
    ['no target without a location', 302, undefined, undefined],
    ['no target for another status', 304, '/d', undefined],
  ] as const) {
    it(`finds ${name}`, () => assert.equal(findTarget(status, location, from)?.href, expected));
  }
});
