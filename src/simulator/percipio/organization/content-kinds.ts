// The types of content in a simulated catalog, and the type of each item.

/** A type of content: `percipioType` as spelled in the catalog, `label` as in reports and their filter. */
export interface ContentKind {
  readonly percipioType: string;
  readonly label: string;
  readonly modality: string;
}

export const CONTENT_KINDS = [
  { percipioType: 'COURSE', label: 'Course', modality: 'WATCH' },
  { percipioType: 'ASSESSMENT', label: 'Assessment', modality: 'PRACTICE' },
  { percipioType: 'VIDEO', label: 'Video', modality: 'WATCH' },
  { percipioType: 'BOOK', label: 'Book', modality: 'READ' },
  { percipioType: 'AUDIOBOOK', label: 'Audiobook', modality: 'LISTEN' },
  { percipioType: 'CHANNEL', label: 'Channel', modality: 'WATCH' },
  { percipioType: 'JOURNEY', label: 'Journey', modality: 'WATCH' },
  { percipioType: 'LINKED_CONTENT', label: 'Linked Content', modality: 'READ' },
  // Live courses. Only the label is documented; the type is a guess, by analogy.
  { percipioType: 'SCHEDULED_CONTENT', label: 'Scheduled Content', modality: 'ATTEND' },
] as const satisfies readonly ContentKind[];

/** More labels that the filter of reports accepts. No simulated item has them. */
export const OTHER_LABELS = ['Audio Summary', 'Book Summary', 'Custom Channel'] as const;

/** Index of a kind in CONTENT_KINDS. */
export const COURSE_KIND = 0;
export const ASSESSMENT_KIND = 1;
export const LIVE_KIND = 8;

const VIDEO = 2;
const BOOK = 3;
const AUDIOBOOK = 4;
const CHANNEL = 5;
const JOURNEY = 6;
const LINKED_CONTENT = 7;

/** The positions of each 50 items that are not a COURSE: spread out, so that a small catalog has some of each. */
const OTHERS_IN_50 = new Map([
  ...[3, 11, 19, 26, 35, 42].map((position) => [position, VIDEO] as const),
  ...[5, 15, 25, 45].map((position) => [position, ASSESSMENT_KIND] as const),
  ...[8, 18, 28, 38].map((position) => [position, BOOK] as const),
  ...[13, 33].map((position) => [position, CHANNEL] as const),
  [23, JOURNEY] as const,
  [40, LINKED_CONTENT] as const,
  [48, AUDIOBOOK] as const,
]);

/**
 * The kind of the catalog's `index`th item, as an index in CONTENT_KINDS. Of each 50 items, 31 are COURSE (62 %),
 * 4 ASSESSMENT (8 %), 6 VIDEO, 4 BOOK, 2 CHANNEL, and one each JOURNEY, LINKED_CONTENT and AUDIOBOOK.
 */
export function contentKindAt(index: number): number {
  return OTHERS_IN_50.get(index % 50) ?? COURSE_KIND;
}

/** Whether the `index`th item is INACTIVE: one in 20, and one assessment in 8. */
export function isInactiveAt(index: number): boolean {
  return index % 20 === 6 || index % 100 === 45;
}

export function isCourseOrAssessment(kind: number): boolean {
  return kind === COURSE_KIND || kind === ASSESSMENT_KIND;
}
