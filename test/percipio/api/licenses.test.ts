import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { captureError } from './capture-error.ts';
import { createTestClient, never, organizationId, sendJson, startServer } from './start-server.ts';

/** What a list says, read as collections and as pools. */
async function read(t: Parameters<typeof startServer>[0], list: unknown) {
  const server = await startServer(t, (_request, response) => sendJson(response, list));
  const { licenses } = createTestClient(t, server.url);
  const collections = await licenses.listCollections(never);
  const pools = await licenses.listPools(never);
  assert.deepEqual(
    server.requests.map(({ url }) => url),
    ['collections', 'license-pools'].map((name) => `/common/v1/organizations/${organizationId}/${name}`),
  );
  return { collections, pools };
}

describe('licenses', () => {
  it('have an id and a name, or a title, or only one of them', async (t) => {
    const { collections } = await read(t, [
      { id: 'c1', name: ' Leadership ' },
      { id: 2, title: 'Compliance' },
      { name: 'Coding' },
      { id: 'c4' },
    ]);
    assert.deepEqual(collections.items, [
      { id: 'c1', name: 'Leadership' },
      { id: '2', name: 'Compliance' },
      { id: 'Coding', name: 'Coding' },
      { id: 'c4', name: undefined },
    ]);
    assert.equal(collections.nameless, 0);
  });

  it('that are null, nameless or repeated are counted, or there once', async (t) => {
    const { collections } = await read(t, [null, {}, { id: {}, name: '' }, { id: 'c1', name: 'A' }, { id: 'c1' }]);
    assert.deepEqual(collections.items, [{ id: 'c1', name: 'A' }]);
    assert.equal(collections.nameless, 2);
    assert.deepEqual(Object.fromEntries(collections.unread), { null: 1, id: 1 });
  });

  it('of a pool: seats as numbers or text, collections by id, name or object', async (t) => {
    const { pools } = await read(t, [
      {
        id: 'p1',
        name: 'Main',
        totalLicenses: 10,
        consumedLicenses: 0,
        collections: ['c1', { name: 'B' }, { id: 'c3' }],
      },
      { id: 'p2', totalSeats: ' 25 ', consumedSeats: '3', collections: 'c1' },
      { id: 'p3', totalLicenses: -1, consumedLicenses: 'many', collections: [7, {}] },
    ]);
    assert.deepEqual(pools.items, [
      { id: 'p1', name: 'Main', collections: ['c1', 'B', 'c3'], purchasedSeats: 10, consumedSeats: 0 },
      { id: 'p2', name: undefined, collections: [], purchasedSeats: 25, consumedSeats: 3 },
      { id: 'p3', name: undefined, collections: ['7'], purchasedSeats: undefined, consumedSeats: undefined },
    ]);
    assert.equal(pools.unread.get('totalLicenses'), 1);
    assert.equal(pools.unread.get('consumedLicenses'), 1);
    assert.equal(pools.unread.get('collections'), 2);
  });

  it('that are not a list are an error', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, { collections: [] }));
    const error = await captureError(createTestClient(t, server.url).licenses.listCollections(never));
    assert.equal(error.kind, 'body');
    assert.equal(error.family, 'common');
  });
});
