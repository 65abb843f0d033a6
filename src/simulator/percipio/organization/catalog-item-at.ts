// The catalog of a simulated organization: the `index`th item depends only on the seed and the index.
import { createRandom, hash32, pick, type Random, uuidAt } from '../random.ts';
import type { CatalogItem, ContentReference, LocalizedMetadata } from './api-objects.ts';
import { CONTENT_KINDS, COURSE_KIND, contentKindAt, isInactiveAt, LIVE_KIND } from './content-kinds.ts';
import { AREAS, FACETS, LOCALES, TOPICS } from './words.ts';

const DAY_MS = 86_400_000;
const PUBLISHED_UNTIL_MS = Date.UTC(2025, 0, 1);

export function contentIdAt(seed: number, index: number): string {
  return uuidAt(hash32(seed, 0xc047), index);
}

/** The English title of the `index`th item, even if its metadata has none: reports use it. */
export function contentTitleAt(seed: number, index: number): string {
  const random = createRandom(hash32(seed + 1, index));
  return `${random.pick(TOPICS)}: ${random.pick(FACETS)} ${index}`;
}

/** A share link, as in catalog items and references. */
function linkAt(seed: number, index: number): string {
  return `https://share.percipio.com/cd/${hash32(seed + 2, index)
    .toString(36)
    .padStart(7, '0')}`;
}

/**
 * Generates the `index`th item. `contentKindAt` and `isInactiveAt` decide type and INACTIVE status. By position:
 * - 10 % have several locales with en-US last, 5 % have no en-US, 2 % an empty en-US title but another locale's,
 *   1 % only empty titles (half of those have no code either), 0.4 % no metadata;
 * - a third have a null code, 12 % a null description, 7 % null dates; one course in 4 and every video name a parent.
 */
export function catalogItemAt(
  seed: number,
  index: number,
  organizationId: string,
  kindIndex = contentKindAt(index),
): CatalogItem {
  const random = createRandom(hash32(seed + 3, index));
  const kind = pick(CONTENT_KINDS, kindIndex);
  const id = contentIdAt(seed, index);
  const type = kind.percipioType.toLowerCase();
  const metadata = metadataAt(seed, index);
  const image = `https://cdn2.percipio.com/public/b/${id}/image001`;
  const hasCourseLength = kind.percipioType !== 'CHANNEL' && kind.percipioType !== 'JOURNEY';
  return {
    id,
    code: index % 3 === 0 || index % 200 === 163 ? null : `it_sim${index.toString(36).padStart(4, '0')}_a01_it_enus`,
    xapiActivityId: `https://xapi.percipio.com/xapi/${type}/${id}`,
    xapiActivityTypeId: 'http://adlnet.gov/expapi/activities/course',
    characteristics: {
      earnsBadge: random.chance(0.4),
      hasAssessment: random.chance(0.5),
      isCompliance: random.chance(0.1),
    },
    contentType: {
      percipioType: kind.percipioType,
      category: kind.percipioType,
      displayLabel: kind.label,
      source: random.chance(0.1) ? 'CUSTOM' : null,
    },
    localeCodes: metadata.flatMap(({ localeCode }) => localeCode ?? []),
    localizedMetadata: metadata,
    lifecycle: lifecycleAt(index, random),
    link: linkAt(seed, index),
    aiccLaunch: null,
    ltiResourceLink: {
      url: `https://api.percipio.com/content-integration/v1/lti/launch/organizations/${organizationId}/content/${type}/${id}`,
    },
    imageUrl: `${image}/modality/image001.jpg`,
    alternateImageUrl: `${image}.jpg`,
    keywords: random.chance(0.3) ? [random.pick(TOPICS), random.pick(AREAS)] : [],
    duration: hasCourseLength ? `PT${random.below(3)}H${random.below(60)}M${random.below(60)}S` : null,
    by: random.chance(0.5) ? ['Course Author'] : [],
    publication:
      kind.percipioType === 'BOOK' ? { copyrightYear: 2010 + random.below(15), isbn: '9780000000000' } : null,
    credentials: random.chance(0.1) ? { cpeCredits: 1.5, nasbaReady: true, pduCredits: 0.75 } : null,
    expertiseLevels: [random.pick(['BEGINNER', 'INTERMEDIATE', 'EXPERT', 'EVERYONE'])],
    modalities: [kind.modality],
    technologies: random.chance(0.2) ? [{ title: random.pick(TOPICS), version: '2' }] : [],
    associations: associationsAt(seed, index, random),
    learningObjectives: [],
    providerSpecificAttributes: null,
    licenseKeys: null,
  };
}

/** Generates a live course: an item of LIVE_KIND that belongs to no channel. */
export function liveCourseAt(seed: number, index: number, organizationId: string): CatalogItem {
  const item = catalogItemAt(seed, index, organizationId, LIVE_KIND);
  return {
    ...item,
    contentType: { ...item.contentType, displayLabel: 'Live Course', source: 'CUSTOM' },
    associations: { ...item.associations, channels: [], parent: null },
  };
}

/**
 * Generates a compliance course that is not in the catalog. Public documents do not show the objects of that listing
 * ("metadata sufficient to populate courses into a catalog"), so they look like catalog items. Every second one has the
 * type COMPLIANCE, an AICC launch and no link, which Skillsoft's plugin for Moodle expects; the others are a COURSE.
 */
export function complianceCourseAt(seed: number, index: number, organizationId: string): CatalogItem {
  const item = catalogItemAt(seed, index, organizationId, COURSE_KIND);
  const isTyped = index % 2 === 0;
  return {
    ...item,
    characteristics: { earnsBadge: false, hasAssessment: true, isCompliance: true },
    contentType: {
      percipioType: isTyped ? 'COMPLIANCE' : 'COURSE',
      category: isTyped ? 'COMPLIANCE' : 'COURSE',
      displayLabel: isTyped ? 'Compliance Course' : 'Course',
      source: null,
    },
    ...(isTyped && {
      link: null,
      aiccLaunch: {
        url: 'https://api.percipio.com/content-integration/v1/aicc/launch',
        params: `contentId=${item.id}`,
      },
    }),
    associations: { ...item.associations, channels: [], parent: null },
  };
}

function metadataAt(seed: number, index: number): LocalizedMetadata[] {
  const english = {
    localeCode: 'en-US',
    title: contentTitleAt(seed, index),
    description:
      index % 8 === 6 ? null : `What everyone should know about item ${index}.\nWith examples, tests & a summary.`,
  };
  const others = LOCALES.map(({ localeCode, prefix }) => ({
    localeCode,
    title: `${prefix}: ${english.title}`,
    description: `${prefix} ${index}`,
  }));
  const other = pick(others, index >>> 3);
  if (index % 250 === 199) return [];
  if (index % 100 === 63) return [english, other].map((metadata) => ({ ...metadata, title: '' }));
  if (index % 50 === 31) return [{ ...english, title: '' }, other];
  if (index % 20 === 9) return [other, pick(others, (index >>> 3) + 1)];
  if (index % 10 === 4) return [other, pick(others, (index >>> 3) + 1), english];
  return [english];
}

function lifecycleAt(index: number, random: Random): NonNullable<CatalogItem['lifecycle']> {
  const publishedMs = PUBLISHED_UNTIL_MS - random.below(2500) * DAY_MS - random.below(DAY_MS);
  const date = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const isInactive = isInactiveAt(index);
  const isUndated = index % 15 === 2;
  const updatedMs = publishedMs + random.below(PUBLISHED_UNTIL_MS - publishedMs);
  return {
    status: isInactive ? 'INACTIVE' : 'ACTIVE',
    publishDate: isUndated ? null : date(publishedMs),
    lastUpdatedDate: isUndated ? null : date(updatedMs),
    plannedRetirementDate: index % 12 === 5 ? '2031-01-01T00:00:00Z' : null,
    retiredDate: isInactive ? date(updatedMs) : null,
    includedFromActivity: isInactive,
  };
}

function associationsAt(seed: number, index: number, random: Random): NonNullable<CatalogItem['associations']> {
  const kind = contentKindAt(index);
  const reference = (target: number): ContentReference => ({
    id: contentIdAt(seed, target),
    type: pick(CONTENT_KINDS, contentKindAt(target)).percipioType,
    title: contentTitleAt(seed, target),
    link: linkAt(seed, target),
  });
  const hasParent =
    index > 0 && (pick(CONTENT_KINDS, kind).percipioType === 'VIDEO' || (kind === COURSE_KIND && index % 4 === 1));
  return {
    areas: [random.pick(AREAS)],
    subjects: [random.pick(TOPICS)],
    channels: index >= 50 ? [reference(index - (index % 50) - 37)] : [],
    parent: hasParent ? reference(index - 1) : null,
    translationGroupId: null,
    journeys: [],
    licensedLocales: '',
    collections: ['Simulated Collection'],
    skills: [{ skills: [random.pick(TOPICS)], localeCode: 'en-US' }],
  };
}
