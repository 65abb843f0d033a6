import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageCache } from '../../../../src/baton/services/lists/page-cache.ts';

const page = { items: [] };

/** A cache whose clock the test sets, and the keys of pages that it still has. */
function createCache() {
  const clock = { ms: 0 };
  const cache = new PageCache(1000, () => clock.ms);
  const has = (...keys: number[]) => keys.filter((key) => cache.get(`${key}`) !== undefined);
  return { clock, cache, has };
}

test('a page is kept until its time is over', () => {
  const { clock, cache, has } = createCache();
  cache.set('1', page);
  assert.equal(cache.get('1'), page);
  clock.ms = 999;
  assert.deepEqual(has(1), [1]);
  clock.ms = 1000;
  assert.deepEqual(has(1), []);
});

test('a page is gone when it is deleted', () => {
  const { cache, has } = createCache();
  cache.set('1', page);
  cache.delete('1');
  assert.deepEqual(has(1), []);
});

test('the 16 pages set last are kept', () => {
  const { cache, has } = createCache();
  const keys = Array.from({ length: 40 }, (_, i) => i);
  for (const key of keys) cache.set(`${key}`, page);
  assert.deepEqual(has(...keys), keys.slice(-16));
});

test('a page that is set again counts as set last, and drops no other page', () => {
  const { cache, has } = createCache();
  const keys = Array.from({ length: 16 }, (_, i) => i);
  for (const key of [...keys, 0]) cache.set(`${key}`, page);
  assert.deepEqual(has(...keys), keys);
  cache.set('16', page);
  assert.deepEqual(has(...keys, 16), [0, ...keys.slice(2), 16]);
});

test('pages whose time is over are dropped when another is set', () => {
  const { clock, cache, has } = createCache();
  cache.set('1', page);
  clock.ms = 1000;
  cache.set('2', page);
  clock.ms = 0;
  assert.deepEqual(has(1, 2), [2]);
});
