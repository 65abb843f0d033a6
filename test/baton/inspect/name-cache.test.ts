import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NameCache } from '../../../src/baton/inspect/name-cache.ts';
import type { ResourceRef } from '../../../src/baton/inspect/resource-view.ts';

function ref(type: string, id: string): ResourceRef {
  return { type, id, name: `${type} ${id}`, email: '', status: undefined, isListed: true };
}

function known(cache: NameCache, refs: readonly ResourceRef[]): readonly string[] {
  return refs.flatMap(({ type, id }) => cache.get({ type, id })?.name ?? []);
}

test('names of different types with the same id are different', () => {
  const cache = new NameCache();
  const refs = [ref('user', '1'), ref('role', '1')];
  for (const each of refs) cache.add(each);
  assert.deepEqual(known(cache, refs), ['user 1', 'role 1']);
  assert.equal(cache.get({ type: 'user', id: '2' }), undefined);
  assert.equal(cache.get({ type: 'course', id: '1' }), undefined);
});

test('the first names stay, and of others only recent ones', () => {
  const cache = new NameCache({ kept: 2, recent: 2 });
  const refs = ['a', 'b', 'c', 'd', 'e'].map((id) => ref('user', id));
  for (const each of refs.slice(0, 4)) cache.add(each);
  assert.deepEqual(known(cache, refs), ['user a', 'user b', 'user c', 'user d']);
  for (const each of refs.slice(4)) cache.add(each);
  assert.deepEqual(known(cache, refs), ['user a', 'user b', 'user e']);
});
