import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CatalogPosition } from '../../../src/percipio/api/content.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, never, organizationId, sendJson, startServer } from './start-server.ts';

function link(offset: number): string {
  return `<https://api.percipio.com/catalog-content?max=10&offset=0>; rel="first", <https://api.percipio.com/catalog-content?max=10&offset=${offset}>; rel="last"`;
}

describe('content.listCatalog', () => {
  it('takes all pages from the data set that the first one named, up to the last offset that it told', async (t) => {
    const all = Array.from({ length: 25 }, (_, index) => ({ id: `c${index}` }));
    const server = await startServer(t, (request, response, index) => {
      const offset = Number(new URL(request.url ?? '', 'http://x').searchParams.get('offset'));
      const headers = index === 0 ? { 'x-paging-request-id': 'set-1', link: link(20) } : {};
      sendJson(response, all.slice(offset, offset + 10), headers);
    });
    const client = createTestClient(t, server.url);
    const seen: string[] = [];
    let position: CatalogPosition | undefined;
    do {
      const page = await client.content.listCatalog({ max: 10, position }, never);
      seen.push(...page.items.map((item) => item.id));
      position = page.next;
    } while (position !== undefined);
    assert.deepEqual(
      seen,
      all.map((item) => item.id),
    );
    const path = `/content-discovery/v2/organizations/${organizationId}/catalog-content`;
    assert.deepEqual(
      server.requests.map((request) => request.url),
      [
        `${path}?max=10&offset=0`,
        `${path}?max=10&offset=10&pagingRequestId=set-1`,
        `${path}?max=10&offset=20&pagingRequestId=set-1`,
      ],
    );
  });

  it('gives a position that survives being written down', async (t) => {
    const server = await startServer(t, (_request, response) =>
      sendJson(response, [{ id: 'a' }], { 'x-paging-request-id': 'set-1', link: link(5) }),
    );
    const { next } = await createTestClient(t, server.url).content.listCatalog({ max: 1 }, never);
    assert.deepEqual(JSON.parse(JSON.stringify(next)), { offset: 1, pagingRequestId: 'set-1', lastOffset: 5 });
  });

  it('counts entries that are null, and reads on after them', async (t) => {
    const all = [null, { id: 'a' }, null, { id: 'b' }, { id: 'c' }];
    const server = await startServer(t, (request, response) => {
      const offset = Number(new URL(request.url ?? '', 'http://x').searchParams.get('offset'));
      sendJson(response, all.slice(offset, offset + 3));
    });
    const client = createTestClient(t, server.url);
    const first = await client.content.listCatalog({ max: 3 }, never);
    assert.deepEqual([first.items.map(({ id }) => id), first.next?.offset], [['a'], 3]);
    assert.deepEqual([...first.unread], [['null', 2]]);
    const second = await client.content.listCatalog({ max: 3, position: first.next }, never);
    assert.deepEqual([second.items.map(({ id }) => id), second.next, second.unread.size], [['b', 'c'], undefined, 0]);
  });

  for (const [what, entry, path] of [
    ['has no id', { code: 'C1' }, '1.id'],
    ['has an id that is a number', { id: 7 }, '1.id'],
    ['is text', 'a', '1'],
  ] as const) {
    it(`fails if an entry ${what}: only an id is strict`, async (t) => {
      const server = await startServer(t, (_request, response) => sendJson(response, [{ id: 'a' }, entry]));
      const error = await captureError(createTestClient(t, server.url).content.listCatalog({ max: 10 }, never));
      assert.match(error.message, new RegExp(`with unexpected JSON: \\[?${path.replace('.', '\\]?\\.')}`));
    });
  }

  it('ends by the total where there is no link', async (t) => {
    const server = await startServer(t, (_request, response) =>
      sendJson(response, [{ id: 'a' }], { 'x-total-count': '2' }),
    );
    const client = createTestClient(t, server.url);
    const { next, total } = await client.content.listCatalog({ max: 1 }, never);
    assert.equal(total, 2);
    assert.equal(next?.offset, 1);
    assert.equal((await client.content.listCatalog({ max: 1, position: next }, never)).next, undefined);
  });

  for (const [last, ids] of [
    ['a page that is not full', ['c']],
    ['an empty page', []],
  ] as const) {
    it(`ends with ${last} where there is neither`, async (t) => {
      const server = await startServer(t, (_request, response, index) =>
        sendJson(
          response,
          (index === 0 ? ['a', 'b'] : ids).map((id) => ({ id })),
        ),
      );
      const client = createTestClient(t, server.url);
      const { next } = await client.content.listCatalog({ max: 2 }, never);
      assert.equal(next?.offset, 2);
      assert.equal((await client.content.listCatalog({ max: 2, position: next }, never)).next, undefined);
    });
  }

  it('goes on where the link to the next page points, also behind a page that is not full', async (t) => {
    const links = `${link(20)}, <https://api.percipio.com/catalog-content?max=10&offset=10>; rel="next"`;
    const server = await startServer(t, (_request, response, index) =>
      sendJson(response, [{ id: `a${index}` }], index === 0 ? { link: links } : {}),
    );
    const client = createTestClient(t, server.url);
    const offsets: (number | undefined)[] = [];
    let position: CatalogPosition | undefined;
    do {
      position = (await client.content.listCatalog({ max: 10, position }, never)).next;
      offsets.push(position?.offset);
    } while (position !== undefined);
    assert.deepEqual(offsets, [10, 20, undefined]);
  });

  it('takes an empty catalog', async (t) => {
    const server = await startServer(t, (_request, response) =>
      sendJson(response, [], { link: link(0), 'x-total-count': '0' }),
    );
    const page = await createTestClient(t, server.url).content.listCatalog({ max: 10 }, never);
    assert.deepEqual([page.items, page.next], [[], undefined]);
  });

  it('fails on an empty page before the last one, after having asked again', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, []));
    const position = { offset: 10, pagingRequestId: 'set-1', lastOffset: 20 };
    const error = await captureError(createTestClient(t, server.url).content.listCatalog({ max: 10, position }, never));
    assert.equal(error.kind, 'body');
    assert.equal(server.requests.length, 4);
  });

  it('takes items of which all but the id is null, missing or unknown', async (t) => {
    const server = await startServer(t, (_request, response) =>
      sendJson(response, [
        { id: 'missing' },
        {
          id: 'null',
          code: null,
          contentType: null,
          localeCodes: null,
          localizedMetadata: null,
          lifecycle: null,
          link: null,
          duration: null,
        },
        {
          id: 'inside',
          contentType: { percipioType: null },
          localizedMetadata: [{ localeCode: null, title: null }],
          lifecycle: { status: null, publishDate: null },
        },
        {
          id: 'full',
          code: 'C1',
          contentType: { percipioType: 'COURSE', category: 'COURSE', displayLabel: 'Course', source: 'SKILLSOFT' },
          localizedMetadata: [{ localeCode: 'en-US', title: 'Title', description: 'Text' }],
          lifecycle: { status: 'ACTIVE' },
          associations: { areas: [] },
        },
      ]),
    );
    const { items } = await createTestClient(t, server.url).content.listCatalog({ max: 10 }, never);
    assert.equal(items[0]?.contentType, undefined);
    assert.deepEqual(items[1]?.localizedMetadata, []);
    assert.equal(items[2]?.contentType?.percipioType, undefined);
    assert.equal(items[3]?.contentType?.percipioType, 'COURSE');
    assert.equal(items[3]?.localizedMetadata[0]?.title, 'Title');
  });
});

describe('content.search', () => {
  it('searches for a text among some types', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, [{ id: 'a' }]));
    const search = { text: 'how to & why', typeFilter: 'COURSE,ASSESSMENT', max: 5 };
    const { items } = await createTestClient(t, server.url).content.search(search, never);
    assert.equal(items.length, 1);
    assert.equal(
      server.requests[0]?.url,
      `/content-discovery/v1/organizations/${organizationId}/search-content?q=how+to+%26+why&typeFilter=COURSE%2CASSESSMENT&max=5`,
    );
  });
});

describe('content.find', () => {
  it('goes on after a page with entries that are null', async (t) => {
    const server = await startServer(t, (_request, response, index) =>
      sendJson(response, index === 0 ? Array.from({ length: 25 }, () => null) : [{ id: 'a' }]),
    );
    assert.equal((await createTestClient(t, server.url).content.find('a', 'COURSE', never)).value?.id, 'a');
  });

  it('takes only the item whose id is the one asked for', async (t) => {
    const server = await startServer(t, (_request, response) =>
      sendJson(response, [{ id: 'ab' }, { id: 'a', code: 'A' }]),
    );
    const client = createTestClient(t, server.url);
    assert.equal((await client.content.find('a', 'COURSE', never)).value?.code, 'A');
    assert.equal((await client.content.find('b', 'COURSE', never)).value, undefined);
  });

  it('goes on to the next page while others that mention the id fill one', async (t) => {
    const offsets: (string | null)[] = [];
    const server = await startServer(t, (request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://localhost');
      offsets.push(searchParams.get('offset'));
      const max = Number(searchParams.get('max'));
      const others = Array.from({ length: max }, (_, index) => ({ id: `a${index}` }));
      sendJson(response, offsets.length < 3 ? others : [{ id: 'a', code: 'A' }]);
    });
    const client = createTestClient(t, server.url);
    assert.equal((await client.content.find('a', 'COURSE', never)).value?.code, 'A');
    assert.deepEqual(offsets, ['0', '25', '50']);
  });
});
