import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownPages } from '../../../src/percipio/memory/known-pages.ts';

function listed(...pages: [key: string, nextKey: string | undefined, items: string[]][]): KnownPages<string> {
  const all = new KnownPages<string>();
  for (const [key, nextKey, items] of pages) {
    all.add(key, { items, nextKey });
  }
  return all;
}

test('nothing listed is not all', () => {
  assert.equal(new KnownPages().all(), undefined);
});

test('a listing of one page is all of it, also when it is empty', () => {
  assert.deepEqual(listed(['', undefined, ['a']]).all(), ['a']);
  assert.deepEqual(listed(['', undefined, []]).all(), []);
});

test('a listing is complete when every page from the first to the last one was seen, in any order', () => {
  const pages = listed(['4', undefined, ['e']], ['', '2', ['a', 'b']]);
  assert.equal(pages.all(), undefined);
  pages.add('2', { items: ['c', 'd'], nextKey: '4' });
  assert.deepEqual(pages.all(), ['a', 'b', 'c', 'd', 'e']);
});

test('a last page alone is not all', () => {
  assert.equal(listed(['2', undefined, ['c']]).all(), undefined);
});

test('a page that is listed twice counts once', () => {
  assert.deepEqual(listed(['', '2', ['a', 'b']], ['', '2', ['a', 'b']], ['2', undefined, ['c']]).all(), [
    'a',
    'b',
    'c',
  ]);
});
