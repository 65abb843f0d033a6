import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PageCycles } from '../../../src/baton/sync/page-cycles.ts';
import { action } from '../../../src/baton/sync/plan/sync-action.ts';

const listing = (pageToken: string, id = '0000000001') => ({ ...action('list-grants'), id, pageToken });
const error = { code: 13, reason: 'page_token_unchanged' };

/** Reads at most `pagesMax` pages. The token after page `n` is `next(n)`. Returns after how many pages it was ended. */
function readPages(next: (page: number) => string, pagesMax: number): number | undefined {
  const cycles = new PageCycles();
  let token = '';
  for (let page = 0; page < pagesMax; page++) {
    const nextToken = next(page);
    try {
      cycles.check(listing(token), nextToken);
    } catch {
      return page + 1;
    }
    token = nextToken;
  }
  return undefined;
}

test('a page token that does not change ends the listing at once', () => {
  assert.throws(() => new PageCycles().check(listing('a'), 'a'), error);
  assert.equal(
    readPages((page) => String(Math.min(page, 5)), 100),
    7,
  );
});

test('every cycle is found soon, wherever it begins', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.integer({ min: 1, max: 300 }), (before, length) => {
      const ended = readPages((page) => String(page < before ? page : before + ((page - before) % length)), 5000);
      assert.ok(ended !== undefined && ended <= 3 * (before + length) + 3, `ended after ${ended} pages`);
    }),
  );
});

test('a listing without a cycle is never ended', () => {
  assert.equal(readPages(String, 5000), undefined);
});

test('listings do not know the tokens of others, and a finished one leaves nothing', () => {
  const cycles = new PageCycles();
  cycles.check(listing(''), 'a');
  cycles.check(listing('', 'other'), 'a');
  cycles.check(listing('a'), '');
  cycles.check(listing(''), 'a');
  assert.throws(() => cycles.check(listing('b', 'other'), 'a'), error);
});
