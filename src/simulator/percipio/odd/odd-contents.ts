// Odd values of catalog items. HTML in titles and descriptions, padding, and statuses in other cases occur in real data;
// the HTML here is like that in samples that Skillsoft published.
import type { CatalogItem, LocalizedMetadata } from '../organization/api-objects.ts';
import { type Made, type Oddities, type OddValue, sprinkle } from './odd-value.ts';

/** Every second course, assessment and compliance course has an odd value. */
export function addOddContents(items: readonly CatalogItem[], seed: number): OddValue[] {
  const courses = items.filter(({ contentType }) =>
    ['COURSE', 'ASSESSMENT', 'COMPLIANCE'].includes(contentType?.percipioType ?? ''),
  );
  return sprinkle(courses, 'content', ODDITIES, { seed, step: 2 });
}

type Change = (item: CatalogItem) => Made;

/** Changes a text of an item that has metadata in English alone. */
function text(
  field: 'title' | 'description',
  change: (old: string) => unknown,
  plain: OddValue['plain'] | 'as before',
): Change {
  return (item) => {
    const [english, ...others] = item.localizedMetadata ?? [];
    const old = english?.[field];
    if (english === undefined || others.length > 0 || !old) return undefined;
    item.localizedMetadata = [{ ...english, [field]: change(old) }];
    return { field, plain: plain === 'as before' ? old : plain };
  };
}

function metadata(change: (old: LocalizedMetadata) => unknown, plain: 'title' | undefined): Change {
  return (item) => {
    const [english, ...others] = item.localizedMetadata ?? [];
    if (english === undefined || others.length > 0 || !english.title) return undefined;
    Object.assign(item, { localizedMetadata: change(english) });
    return { field: 'title', plain: plain && english.title };
  };
}

/** Sets a field, whatever it was. */
function set(field: string, value: unknown, plain?: string): Change {
  return (item) => {
    Object.assign(item, { [field]: value });
    return { field, plain };
  };
}

function lifecycle(field: string, value: unknown, more: Readonly<Record<string, unknown>> = {}): Change {
  return (item) => {
    if (item.lifecycle?.status !== 'ACTIVE') return undefined;
    Object.assign(item, { lifecycle: { ...item.lifecycle, [field]: value, ...more } });
    return { field: `lifecycle.${field}`, plain: typeof value === 'string' ? value : undefined };
  };
}

function escapeHtml(old: string): string {
  return old
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll(/ü/g, '&uuml;');
}

const DESCRIPTION =
  '<p>In this course, you&#39;ll learn&nbsp;about R&amp;D.</p> <p>It&rsquo;s <em>not</em> hard:<br /><br />a &lt; b.</p>';
const DESCRIPTION_PLAIN = "In this course, you'll learn about R&D. It’s not hard: a < b.";

const ODDITIES: Oddities<CatalogItem> = [
  ['a title in HTML', text('title', (old) => `<p>${escapeHtml(old)}</p>`, 'as before')],
  [
    'a title with entities',
    text('title', () => 'You&#39;re in: Q&amp;A &ndash; Part&nbsp;1', "You're in: Q&A – Part 1"),
  ],
  ['a title with a markup sign and an ampersand', text('title', () => 'AT&T: if a < b, R&D', 'AT&T: if a < b, R&D')],
  ['a title with padding', text('title', (old) => `\n  ${old} `, 'as before')],
  ['a title of blanks', text('title', () => ' \t ', undefined)],
  ['a title of empty markup', text('title', () => '<p> </p>', undefined)],
  ['a title that is a number', text('title', () => 1984, '1984')],
  ['a title that is an object', text('title', (old) => ({ en: old }), undefined)],
  ['a description in HTML', text('description', () => DESCRIPTION, DESCRIPTION_PLAIN)],
  ['a description that is a list', text('description', (old) => [old], undefined)],
  ['metadata with a null entry', metadata((english) => [null, english], 'title')],
  ['metadata with a string entry', metadata((english) => ['en-US', english], 'title')],
  ['metadata that is not a list', metadata((english) => english, undefined)],
  ['a locale that is a number', metadata((english) => [{ ...english, localeCode: 1033 }], 'title')],
  ['a code that is a number', set('code', 135_392, '135392')],
  ['a status in lower case', lifecycle('status', 'active')],
  ['an inactive status in mixed case', lifecycle('status', 'Inactive')],
  ['a retired status', lifecycle('status', 'RETIRED', { retiredDate: '2024-03-01T00:00:00Z' })],
  ['a retired status in lower case', lifecycle('status', 'retired')],
  ['a date of retirement in the past', lifecycle('retiredDate', '2024-03-01T00:00:00Z')],
  ['a date of retirement in the future', lifecycle('retiredDate', '2099-03-01T00:00:00Z')],
  ['an unknown status', lifecycle('status', 'PENDING_RETIREMENT')],
  ['a status that is a number', lifecycle('status', 1)],
  ['invalid dates', lifecycle('publishDate', 7, { lastUpdatedDate: 'soon' })],
  ['a lifecycle that is text', set('lifecycle', 'ACTIVE')],
  ['a lifecycle that is null', set('lifecycle', null)],
  ['keywords with gaps', set('keywords', [null, 'Git', 7])],
  ['authors that are text', set('by', 'Course Author')],
  ['a duration that is a number', set('duration', 3600)],
  ['levels that are an object', set('expertiseLevels', { level: 'BEGINNER' })],
  ['associations that are a list', set('associations', [])],
  ['credentials that are text', set('credentials', '1.5 CPE')],
  ['a link that is an object', set('link', { href: 'https://share.percipio.com/cd/x' })],
  [
    'an unknown type',
    (item) => {
      item.contentType = { ...item.contentType, percipioType: 'SIMULATION' };
      return { field: 'contentType.percipioType', plain: 'SIMULATION' };
    },
  ],
  ['a type that is text', set('contentType', 'COURSE')],
];
