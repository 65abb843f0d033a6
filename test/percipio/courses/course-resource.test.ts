import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { EntitlementImmutableSchema } from '#gen/c1/connector/v2/annotation_entitlement_pb.js';
import { ExternalLinkSchema } from '#gen/c1/connector/v2/annotation_external_link_pb.js';
import { Entitlement_PurposeValue } from '#gen/c1/connector/v2/entitlement_pb.js';
import { contentItemSchema } from '../../../src/percipio/api/content-item.ts';
import { skipReasonOf, toCourseEntitlements, toCourseResource } from '../../../src/percipio/courses/course-resource.ts';

const id = '6f1f0c0e-2f0e-4a35-9d53-2f0d3a2c0002';

const item = (fields: Record<string, unknown> = {}) => contentItemSchema.parse({ id, ...fields });
const metadata = (localeCode: string | null, title: string | null, description: string | null = null) => ({
  localeCode,
  title,
  description,
});

const kinds: [what: string, fields: Record<string, unknown>, expected: string | undefined][] = [
  ['a course', { contentType: { percipioType: 'COURSE' } }, undefined],
  ['an assessment', { contentType: { percipioType: 'ASSESSMENT' } }, undefined],
  ['a course without a life cycle', { contentType: { percipioType: 'COURSE' }, lifecycle: null }, undefined],
  ['a course of another status', { contentType: { percipioType: 'COURSE' }, lifecycle: { status: null } }, undefined],
  ['an inactive course', { contentType: { percipioType: 'COURSE' }, lifecycle: { status: 'INACTIVE' } }, 'inactive'],
  ['a video', { contentType: { percipioType: 'VIDEO' } }, 'other content'],
  ['an inactive video', { contentType: { percipioType: 'VIDEO' }, lifecycle: { status: 'INACTIVE' } }, 'other content'],
  ['an item without a type', { contentType: null }, 'other content'],
];
for (const [what, fields, expected] of kinds) {
  test(`skipReasonOf: ${what} is ${expected ?? 'synced'}`, () => {
    assert.equal(skipReasonOf(item(fields)), expected);
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
  assert.equal(toCourseResource(item({ localizedMetadata: [metadata('en-US', 'One', null)] })).description, '');
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
