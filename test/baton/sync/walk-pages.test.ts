import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { EnqueuePageTokensSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { walkPages } from '../../../src/baton/sync/walk-pages.ts';

interface Page {
  readonly next?: string;
  readonly enqueues?: string[];
}

/** The tokens that are asked for, of pages by their token. */
async function walk(pages: Record<string, Page>): Promise<string[]> {
  const asked: string[] = [];
  const answers = walkPages(async (pageToken) => {
    asked.push(pageToken);
    const { next = '', enqueues = [] } = pages[pageToken] ?? {};
    const annotations = [anyPack(EnqueuePageTokensSchema, create(EnqueuePageTokensSchema, { pageTokens: enqueues }))];
    return { list: [], nextPageToken: next, annotations };
  });
  for await (const _ of answers);
  return asked;
}

test('pages are asked for in turn, until one names no next', async () => {
  assert.deepEqual(await walk({ '': { next: 'a' }, a: { next: 'b' } }), ['', 'a', 'b']);
});

test('enqueued pages follow, with their own next pages and what they enqueue, each once', async () => {
  const pages = { '': { next: 'a', enqueues: ['x', 'y'] }, a: { enqueues: ['x'] }, x: { next: 'x2', enqueues: ['z'] } };
  assert.deepEqual(await walk(pages), ['', 'a', 'x', 'x2', 'y', 'z']);
});

test('a token that does not change ends with an error', async () => {
  await assert.rejects(walk({ '': { next: 'a' }, a: { next: 'a' } }), /would never end/);
});

test('others get their turn between pages that are answered without waiting', async () => {
  let turns = 0;
  const turn = () => {
    turns += 1;
    timer = setImmediate(turn);
  };
  let timer = setImmediate(turn);
  const pages = { '': { next: 'a' }, a: { next: 'b' }, b: { next: 'c' } };
  await walk(pages);
  clearImmediate(timer);
  assert.ok(turns >= 3, `${turns} turns`);
});
