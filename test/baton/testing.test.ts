import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildResourceType, buildUserResource, type Connector, listing, stringField } from 'baton-connector-sdk';
import { checkConnector, createTestContext, createTestSettings, readListing } from 'baton-connector-sdk/testing';
import { z } from 'zod';
import { createLibrary } from './library-connector.ts';

const numbers = listing(
  z.strictObject({ after: z.int() }),
  async (request: { readonly end: number }, token, context) => {
    const first = (token?.after ?? 0) + 1;
    context.reporter.countSkipped('even numbers', 1);
    return { items: [first], next: first + 2 <= request.end ? { after: first + 1 } : undefined };
  },
);

test('readListing reads every page, and a context keeps what was reported', async () => {
  const { context, reported } = createTestContext();
  assert.deepEqual(await readListing(numbers, { end: 7 }, context), [1, 3, 5, 7]);
  assert.deepEqual([...reported.skipped], [['even numbers', 4]]);
});

test('readListing refuses a page token that repeats, and one that the listing does not parse', async () => {
  const endless = listing(z.literal('again'), async () => ({ items: [1], next: 'again' as const }));
  await assert.rejects(readListing(endless, {}), /returned the page token "again" twice/);
  const lossy = listing(z.date(), async () => ({ items: [1], next: new Date(0) }));
  await assert.rejects(readListing(lossy, {}), z.ZodError, 'a date does not survive JSON');
});

test('createTestSettings gives values by field, and defaults', () => {
  const fields = ['one', 'two'].map((name) => stringField({ name, description: name, default: 'unset' }));
  const [one, two] = fields as [(typeof fields)[0], (typeof fields)[0]];
  const settings = createTestSettings([[one, 'set']]);
  assert.deepEqual([settings.get(one), settings.get(two)], ['set', 'unset']);
});

test('checkConnector finds nothing wrong with a sound connector', async () => {
  const { passed, failures } = await checkConnector(createLibrary().connector);
  assert.deepEqual(failures, []);
  for (const id of ['resource-ids-stable', 'grant-ids-stable']) assert.ok(passed.includes(id), passed.join(' '));
});

test('checkConnector says what an unsound connector does', async () => {
  const type = buildResourceType({ id: 'user', displayName: 'User', trait: 'user' });
  const user = { type, displayName: 'Ada', email: '', login: '', enabled: true, profile: {} };
  let calls = 0;
  const unstable: Connector = {
    metadata: { displayName: 'Unstable' },
    resourceTypes: [
      {
        type,
        list: listing(z.never(), async () => ({ items: [buildUserResource({ ...user, id: String(calls++) })] })),
      },
    ],
  };
  const { failures } = await checkConnector(unstable);
  assert.match(failures.join('\n'), /^resource-ids-stable: /m);
});
