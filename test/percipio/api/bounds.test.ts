import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import type { CatalogPosition } from '../../../src/percipio/api/content.ts';
import type { PercipioClient } from '../../../src/percipio/api/percipio-client.ts';
import { ListedUsers } from '../../../src/percipio/memory/listed-users.ts';
import { captureError } from './capture-error.ts';
import { type Answerer, createTestClient, never, sendJson, startServer } from './start-server.ts';

async function start(t: TestContext, answer: Answerer, options = {}) {
  const server = await startServer(t, answer);
  return { server, client: createTestClient(t, server.url, options) };
}

const objects = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `i${index}` }));

const pages: readonly (readonly [string, (client: PercipioClient) => Promise<unknown>])[] = [
  ['users', (client) => client.users.list({ max: 2, offset: 0 }, never)],
  ['the catalog', (client) => client.content.listCatalog({ max: 2 }, never)],
  ['compliance courses', (client) => client.content.listCompliance({ max: 2, offset: 0 }, never)],
  ['a search', (client) => client.content.search({ text: 'a', max: 2 }, never)],
];

describe('a page is refused, and not requested again,', () => {
  for (const [name, read] of pages) {
    it(`when ${name} has more items than were requested`, async (t) => {
      const { server, client } = await start(t, (_request, response) => sendJson(response, objects(3)));
      const error = await captureError(read(client));
      assert.match(error.message, /answered 200 with 3 items, although at most 2 were requested$/);
      assert.equal(server.requests.length, 1);
    });
  }

  it('when it is larger than the maximum, by default 8 MiB', async (t) => {
    const blanks = (bytes: number) => (_request: unknown, response: ServerResponse) =>
      response.writeHead(200).end(`${' '.repeat(bytes - 2)}[]`);
    const bytesMax = 8 * 1024 * 1024;
    const { client } = await start(t, blanks(bytesMax));
    assert.equal((await client.users.list({ max: 1, offset: 0 }, never)).entries, 0);
    const { server, client: refused } = await start(t, blanks(bytesMax + 1));
    const { message } = await captureError(refused.users.list({ max: 1, offset: 0 }, never));
    assert.match(message, /answered 200 with more than 8388608 bytes of JSON \(--max-response-mib\)$/);
    assert.equal(server.requests.length, 1);
  });

  it('when it is larger than the maximum that was set', async (t) => {
    const { client } = await start(t, (_request, response) => sendJson(response, objects(20)), {
      responseBytesMax: 100,
    });
    assert.match((await captureError(client.users.list({ max: 20, offset: 0 }, never))).message, /more than 100 bytes/);
  });

  it('when items have no id: only the first one is named', async (t) => {
    const { client } = await start(t, (_request, response) => sendJson(response, [{ id: 'a' }, {}, {}, {}]));
    const { message } = await captureError(client.users.list({ max: 10, offset: 0 }, never));
    assert.match(message, /answered 200 with unexpected JSON: \[1\]\.id: [^;]*$/);
  });
});

/** Answers as many items as were requested, for ever. The total, if it is given, grows with the offset. */
const endless =
  (total?: (offset: number) => number): Answerer =>
  (request, response) => {
    const query = new URL(request.url ?? '', 'http://host').searchParams;
    const offset = Number(query.get('offset') ?? 0);
    const headers: Record<string, string> = total ? { 'x-total-count': String(total(offset)) } : {};
    sendJson(response, objects(Number(query.get('max'))), headers);
  };

const growing = (offset: number) => offset + 1500;

/** Reads pages until the listing ends or fails. */
async function readAll<Position>(
  read: (position: Position | undefined) => Promise<Position | undefined>,
  from?: Position,
): Promise<void> {
  let position = from;
  do position = await read(position);
  while (position !== undefined);
}

const listings: readonly (readonly [string, (client: PercipioClient, from?: number) => Promise<void>])[] = [
  [
    'users',
    async (client, from) => {
      const listed = new ListedUsers({ keepsReportUserIds: false });
      await readAll<number>(async (offset) => (await listed.read(client.users, offset ?? 0, never)).nextOffset, from);
    },
  ],
  [
    'the catalog',
    (client, from) =>
      readAll<CatalogPosition>(
        async (position) => (await client.content.listCatalog({ max: 1000, position }, never)).next,
        from === undefined ? undefined : { offset: from },
      ),
  ],
  [
    'compliance courses',
    (client, from) =>
      readAll<CatalogPosition>(
        async (position) => (await client.content.listCompliance({ max: 1000, offset: 0, ...position }, never)).next,
        from === undefined ? undefined : { offset: from },
      ),
  ],
];

describe('an endless listing ends with an error', () => {
  for (const [name, list] of listings) {
    it(`of ${name}, when it outgrows its first total`, async (t) => {
      const { server, client } = await start(t, endless(growing));
      const { message } = await captureError(list(client));
      assert.match(message, /continues a list without an end: it is past 5000 entries, .* page announced 1500$/);
      assert.equal(server.requests.length, 6);
    });

    it(`of ${name} without a total, after ten million entries`, async (t) => {
      const { server, client } = await start(t, endless());
      const { message } = await captureError(list(client, 9_998_500));
      assert.match(message, /continues a list without an end: it is past 10000000 entries$/);
      assert.equal(server.requests.length, 2);
    });

    it(`but not of ${name} that grows a little`, async (t) => {
      const { server, client } = await start(
        t,
        endless((offset) => (offset === 0 ? 1500 : 3000)),
      );
      await list(client);
      assert.equal(server.requests.length, 3);
    });
  }

  it('of search results', async (t) => {
    const { server, client } = await start(t, endless());
    const { message } = await captureError(client.content.find('absent', undefined, never));
    assert.match(message, /found more than 5000 items for one search$/);
    assert.equal(server.requests.length, 201);
  });
});
