import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogItem } from '../../../../src/simulator/percipio/organization/api-objects.ts';
import { createOrganization } from '../../../../src/simulator/percipio/organization/organization.ts';

const SIZE = { seed: 5, organizationId: '00000000-0000-4000-8000-000000000000', users: 10, courses: 3000 };
const organization = createOrganization(SIZE);
const items = Array.from({ length: SIZE.courses }, (_, index) => organization.catalogItemAt(index));

function shareOf(fits: (item: CatalogItem) => boolean): number {
  return Math.round((1000 * items.filter(fits).length) / items.length) / 10;
}

const titles = (item: CatalogItem) => (item.localizedMetadata ?? []).map(({ title }) => title);
const englishTitle = (item: CatalogItem) =>
  item.localizedMetadata?.find(({ localeCode }) => localeCode === 'en-US')?.title;

test('types and INACTIVE items have the shares that the option courses states', () => {
  const shares: Record<string, number> = {};
  for (const { contentType } of items) {
    const type = contentType?.percipioType ?? '';
    shares[type] = (shares[type] ?? 0) + 100 / items.length;
  }
  const rounded = Object.fromEntries(Object.entries(shares).map(([type, share]) => [type, Math.round(share)]));
  assert.deepEqual(rounded, {
    COURSE: 62,
    ASSESSMENT: 8,
    VIDEO: 12,
    BOOK: 8,
    CHANNEL: 4,
    JOURNEY: 2,
    LINKED_CONTENT: 2,
    AUDIOBOOK: 2,
  });
  assert.equal(
    shareOf(({ lifecycle }) => lifecycle?.status === 'INACTIVE'),
    6,
  );
  const assessments = items.filter(({ contentType }) => contentType?.percipioType === 'ASSESSMENT');
  assert.equal(assessments.length / assessments.filter(({ lifecycle }) => lifecycle?.status === 'INACTIVE').length, 8);
});

test('metadata has the oddities of a real catalog, in the shares that catalogItemAt states', () => {
  assert.equal(
    shareOf((item) => titles(item).length === 0),
    0.4,
  );
  assert.equal(
    shareOf((item) => titles(item).length > 0 && titles(item).every((title) => title === '')),
    1,
  );
  assert.equal(
    shareOf((item) => englishTitle(item) === '' && titles(item).some((title) => title !== '')),
    2,
  );
  assert.equal(
    shareOf((item) => titles(item).length > 2 && item.localizedMetadata?.at(-1)?.localeCode === 'en-US'),
    10,
  );
  assert.equal(
    shareOf((item) => titles(item).length > 0 && englishTitle(item) === undefined),
    4.8,
  );
  assert.equal(
    shareOf(({ lifecycle }) => lifecycle?.publishDate === null && lifecycle.lastUpdatedDate === null),
    6.7,
  );
});

test('some items have neither a title nor a code: their id is all there is to call them', () => {
  assert.ok(items.some((item) => titles(item).every((title) => title === '') && item.code === null));
});

test('items name other items of the catalog as their parents and channels', () => {
  const typeOf = new Map(items.map(({ id, contentType }) => [id, contentType?.percipioType]));
  const parents = items.flatMap(({ associations }) => associations?.parent ?? []);
  const channels = items.flatMap(({ associations }) => associations?.channels ?? []);
  assert.ok(parents.length > 300 && channels.length > 1000);
  assert.ok(parents.every(({ id, type }) => typeOf.get(id) === type));
  assert.ok(channels.every(({ id }) => typeOf.get(id) === 'CHANNEL'));
});

test('no two items share an id', () => {
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
});
