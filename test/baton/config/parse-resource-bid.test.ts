import assert from 'node:assert/strict';
import { test } from 'node:test';
import { externalResourceTraits, syncResources } from '../../../src/baton/config/fields/sync.ts';
import { parseEntitlementBid, parseResourceBid } from '../../../src/baton/config/parse-resource-bid.ts';

test('the id of a resource tells its type and its own id, and those of its parent', () => {
  assert.deepEqual(parseResourceBid('bid:r:user/42'), { id: { resourceType: 'user', resource: '42' } });
  assert.deepEqual(parseResourceBid('bid:r:org/7/user/42'), {
    id: { resourceType: 'user', resource: '42' },
    parentResourceId: { resourceType: 'org', resource: '7' },
  });
});

test('colons, slashes and backslashes stand behind a backslash', () => {
  assert.deepEqual(parseResourceBid(String.raw`bid:r:a\/b/c\:d\\e`), {
    id: { resourceType: 'a/b', resource: String.raw`c:d\e` },
  });
});

test('what is no id of a resource is none', () => {
  for (const text of [
    '',
    'user/42',
    'bid:e:user/42:member',
    'bid:r:user',
    'bid:r:user/',
    'bid:r:a/b/c',
    'bid:r:a/b:c',
    'bid:r:a/b\\x',
    'bid:r:a/b\\',
    'bid:r:a/b/c/d/e/f',
  ]) {
    assert.equal(parseResourceBid(text), undefined, text);
  }
});

test('--sync-resources takes only resource ids', () => {
  assert.equal(syncResources.check?.(['bid:r:user/42', 'bid:r:user/43']), undefined);
  assert.match(syncResources.check?.(['bid:r:user/42', 'user/43']) ?? '', /must be resource ids/);
});

test('the id of an entitlement is that of its resource and a slug', () => {
  assert.deepEqual(parseEntitlementBid('bid:e:group/g1:member'), {
    id: { resourceType: 'group', resource: 'g1' },
    slug: 'member',
  });
  assert.deepEqual(parseEntitlementBid(String.raw`bid:e:org/o\:1/group/g\/1:a\:b`), {
    id: { resourceType: 'group', resource: 'g/1' },
    parentResourceId: { resourceType: 'org', resource: 'o:1' },
    slug: 'a:b',
  });
  for (const text of ['bid:e:group/g1', 'bid:r:group/g1:member', 'bid:e:group/g1:', 'group:g1:member']) {
    assert.equal(parseEntitlementBid(text), undefined, text);
  }
});

test('--external-resource-traits takes names of traits, with or without their prefix', () => {
  assert.equal(externalResourceTraits.check?.(['user', 'TRAIT_APP', 'Group']), undefined);
  for (const name of ['people', 'unspecified', '1', 'toString']) {
    assert.match(externalResourceTraits.check?.(['user', name]) ?? '', new RegExp(`must be traits .*not "${name}"`));
  }
});
