import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { EntitlementImmutableSchema } from '#gen/c1/connector/v2/annotation_entitlement_pb.js';
import { ExternalLinkSchema } from '#gen/c1/connector/v2/annotation_external_link_pb.js';
import { Entitlement_PurposeValue } from '#gen/c1/connector/v2/entitlement_pb.js';
import { contentItemSchema } from '../../../src/percipio/api/content-item.ts';
import { chooseContent } from '../../../src/percipio/content-types.ts';
import { toCourseEntitlements } from '../../../src/percipio/courses/course-entitlements.ts';
import { toCourseResource } from '../../../src/percipio/courses/course-resource.ts';
import { skipReasonOf } from '../../../src/percipio/courses/skip-reason.ts';

const id = '6f1f0c0e-2f0e-4a35-9d53-2f0d3a2c0002';

const item = (fields: Record<string, unknown> = {}) => contentItemSchema.parse({ id, ...fields }).item;
const metadata = (localeCode: string | null, title: string | null, description: string | null = null) => ({
  localeCode,
  title,
  description,
});

const course = { contentType: { percipioType: 'COURSE' } };
const retiredOn = (retiredDate: unknown) => ({ ...course, lifecycle: { status: 'ACTIVE', retiredDate } });
const now = Date.UTC(2026, 5, 15);

/** `expected`: with the default settings, and if retired courses are skipped. */
const kinds: [what: string, fields: Record<string, unknown>, expected: string | undefined, strictly?: string][] = [
  ['a course', course, undefined],
  ['an assessment', { contentType: { percipioType: 'ASSESSMENT' } }, undefined],
  ['a course in lower case', { contentType: { percipioType: 'course ' } }, undefined],
  ['a course without a life cycle', { ...course, lifecycle: null }, undefined],
  ['a course whose life cycle is text', { ...course, lifecycle: 'ACTIVE' }, undefined],
  ['a course of another status', { ...course, lifecycle: { status: null } }, undefined],
  ['a course whose status is a number', { ...course, lifecycle: { status: 1 } }, undefined],
  ['an inactive course', { ...course, lifecycle: { status: 'INACTIVE' } }, 'inactive', 'inactive'],
  ['an inactive course in mixed case', { ...course, lifecycle: { status: ' Inactive' } }, 'inactive', 'inactive'],
  ['a retired course', { ...course, lifecycle: { status: 'RETIRED' } }, undefined, 'retired'],
  ['a retired course in lower case', { ...course, lifecycle: { status: 'retired' } }, undefined, 'retired'],
  ['a course whose date of retirement is past', retiredOn('2026-06-14T00:00:00Z'), undefined, 'retired'],
  ['a course whose date of retirement is to come', retiredOn('2026-06-16T00:00:00Z'), undefined],
  ['a course whose date of retirement is not a date', retiredOn('soon'), undefined],
  ['a video', { contentType: { percipioType: 'VIDEO' } }, 'other content', 'other content'],
  [
    'an inactive video',
    { contentType: { percipioType: 'VIDEO' }, lifecycle: { status: 'INACTIVE' } },
    'other content',
    'other content',
  ],
  ['an item without a type', { contentType: null }, 'other content', 'other content'],
  ['an item whose type is text', { contentType: 'COURSE' }, 'other content', 'other content'],
];
for (const [what, fields, expected, strictly] of kinds) {
  test(`skipReasonOf: ${what} is ${expected ?? 'synced'}, and ${strictly ?? 'synced'} without retired courses`, () => {
    const reasons = [false, true].map((skipsRetired) =>
      skipReasonOf(item(fields), chooseContent([], { skipsCompliance: false, skipsRetired }), now),
    );
    assert.deepEqual(reasons, [expected, strictly]);
  });
}

test('an item becomes a resource of type course under its raw id', () => {
  const { id: resourceId } = toCourseResource(item());
  assert.deepEqual([resourceId?.resourceType, resourceId?.resource], ['course', id]);
});

const titles: [what: string, fields: Record<string, unknown>, expected: string][] = [
  [
    'the en-US title, wherever it stands',
    { localizedMetadata: [metadata('de-DE', 'Eins'), metadata('en-US', 'One')] },
    'One',
  ],
  [
    'the first title without an en-US one',
    { localizedMetadata: [metadata('de-DE', 'Eins'), metadata('fr-FR', 'Un')] },
    'Eins',
  ],
  ['the first title that is not empty', { localizedMetadata: [metadata('en-US', ''), metadata('fr-FR', 'Un')] }, 'Un'],
  ['the code without a title', { localizedMetadata: [metadata('en-US', null)], code: 'it_1' }, 'it_1'],
  ['the code without metadata', { localizedMetadata: null, code: 'it_1' }, 'it_1'],
  ['the code without padding', { code: ' it_1 ' }, 'it_1'],
  ['a code that is a number', { code: 135392 }, '135392'],
  [
    'the first title that is not blank',
    { localizedMetadata: [metadata('en-US', ' \t'), metadata('fr-FR', 'Un')] },
    'Un',
  ],
  ['the first title with text', { localizedMetadata: [metadata('en-US', '<p> </p>'), metadata('fr-FR', 'Un')] }, 'Un'],
  ['the title without markup', { localizedMetadata: [metadata('en-US', ' <p>Q&amp;A</p>')] }, 'Q&A'],
  ['a title that is a number', { localizedMetadata: [{ localeCode: 1033, title: 1984 }] }, '1984'],
  ['the first title that is text', { localizedMetadata: [null, 'en', { title: {} }, metadata('fr-FR', 'Un')] }, 'Un'],
  ['the id without metadata that is a list', { localizedMetadata: metadata('en-US', 'One') }, id],
  ['the id without either', { localizedMetadata: [], code: '' }, id],
];
for (const [what, fields, expected] of titles) {
  test(`name: ${what}`, () => {
    assert.equal(toCourseResource(item(fields)).displayName, expected);
  });
}

test('the description is that of the locale whose title is shown', () => {
  const localizedMetadata = [metadata('de-DE', 'Eins', 'auf Deutsch'), metadata('en-US', 'One', 'in English')];
  assert.equal(toCourseResource(item({ localizedMetadata })).description, 'in English');
  const descriptionOf = (description: string | null) =>
    toCourseResource(item({ localizedMetadata: [metadata('en-US', 'One', description)] })).description;
  assert.equal(descriptionOf(null), '');
  assert.equal(descriptionOf(' Two\nlines & more '), 'Two\nlines & more');
  assert.equal(descriptionOf('<p>It&rsquo;s <em>HTML</em>.</p>\n'), 'It’s HTML.');
});

const links: [what: string, link: string | null, isKept: boolean][] = [
  ['an https link is kept', 'https://share.percipio.com/cd/abc', true],
  ['an http link is not, since the protocol takes https alone', 'http://share.percipio.com/cd/abc', false],
  ['a link of more than 1024 bytes is not', `https://share.percipio.com/${'x'.repeat(1024)}`, false],
  ['an empty link is not', '', false],
  ['a null link is not', null, false],
];
for (const [what, link, isKept] of links) {
  test(`external link: ${what}`, () => {
    const [any, ...others] = toCourseResource(item({ link })).annotations;
    assert.equal(any && anyUnpack(any, ExternalLinkSchema)?.url, isKept ? link : undefined);
    assert.deepEqual(others, []);
  });
}

test('a course has the entitlements completed and in_progress, with the names of the Go connector', () => {
  const course = toCourseResource(item({ localizedMetadata: [metadata('en-US', 'Dune')] }));
  assert.deepEqual(
    toCourseEntitlements(course).map(({ id, slug, displayName, description }) => ({
      id,
      slug,
      displayName,
      description,
    })),
    [
      {
        id: `course:${id}:completed`,
        slug: 'completed',
        displayName: 'Course Dune completed',
        description: 'Completed course Dune in Percipio',
      },
      {
        id: `course:${id}:in_progress`,
        slug: 'in_progress',
        displayName: 'Course Dune in_progress',
        description: 'In progress course Dune in Percipio',
      },
    ],
  );
});

test('the entitlements are assignments to users that nobody can grant', () => {
  for (const entitlement of toCourseEntitlements(toCourseResource(item()))) {
    assert.equal(entitlement.purpose, Entitlement_PurposeValue.ASSIGNMENT);
    assert.deepEqual(
      entitlement.grantableTo.map((type) => type.id),
      ['user'],
    );
    assert.ok(entitlement.annotations.some((any) => anyIs(any, EntitlementImmutableSchema)));
  }
});
