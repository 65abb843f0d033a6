// Odd rows of a learning-activity report: some are readable although their form is odd, others are not.
// In Skillsoft's OpenAPI document `duration` and the scores are integers and custom attributes are a map. Rows seen in
// public samples hold strings, with one key per attribute.
import { ACTIVITY_UNTIL_MS } from '../activity/activity-plan.ts';
import type { AddedRowBytes } from '../activity/activity-rows.ts';
import { contentIdAt } from '../organization/catalog-item-at.ts';
import { isCourseOrAssessment, isInactiveAt } from '../organization/content-kinds.ts';
import type { Organization } from '../organization/organization.ts';
import { userIdAt } from '../organization/user-at.ts';

export interface OddRow extends AddedRowBytes {
  readonly oddity: string;
  /** The content and user (as indexes) and the status; undefined if the row is unreadable. */
  readonly says: { readonly content: number; readonly user: number; readonly status: string } | undefined;
}

/** The rows, latest first: no rows without a course or without users. */
export function createOddRows(organization: Organization): OddRow[] {
  const { seed, users, courses } = organization;
  const indexes = Array.from({ length: courses }, (_, index) => index);
  const learnt = indexes.filter(
    (index) => isCourseOrAssessment(organization.contentKindAt(index)) && !isInactiveAt(index),
  );
  const content = learnt[0];
  if (content === undefined || users === 0) return [];
  const rows: { oddity: string; text: string; says: OddRow['says'] }[] = [];
  const ids = (user: number) => ({ contentUuid: contentIdAt(seed, content), userUuid: userIdAt(seed, user) });

  READABLE.forEach(([oddity, status, write], position) => {
    const user = position % users;
    rows.push({
      oddity,
      text: write({ ...ids(user), contentType: 'Course', status }),
      says: { content, user, status },
    });
  });
  for (const [oddity, write] of UNREADABLE) {
    rows.push({ oddity, text: write({ ...ids(0), contentType: 'Course', status: 'Completed' }), says: undefined });
  }
  return rows.map(({ oddity, text, says }, position) => ({
    oddity,
    says,
    lastAccessMs: ACTIVITY_UNTIL_MS - 1 - position * 86_400_000,
    bytes: Buffer.from(text),
  }));
}

type Row = Readonly<Record<string, unknown>>;
const json = JSON.stringify;

const READABLE: readonly (readonly [oddity: string, status: string, write: (row: Row) => string])[] = [
  ['attributes as a map', 'Completed', (row) => json({ customAttributes: { Department: null, Code: '7' }, ...row })],
  [
    'the names of the row in an attribute',
    'Started',
    (row) => json({ customAttributes: { status: 'Completed', userUuid: 'x', contentUuid: 'y' }, ...row }),
  ],
  [
    'the names of the row in a list',
    'Started',
    (row) => json({ ...row, custom: [{ status: 'Completed' }, ['status']] }),
  ],
  ['numbers and nulls', 'Completed', (row) => json({ duration: 13, highScore: 73, completedDate: null, ...row })],
  ['flags and nested lists', 'Active', (row) => json({ isAManager: true, geo: ['EMEA', ['APJ', null]], ...row })],
  ['spread over lines', 'Completed', (row) => JSON.stringify(row, null, 4)],
  ['a status in capitals', 'COMPLETED', (row) => json(row)],
];

const UNREADABLE: readonly (readonly [oddity: string, write: (row: Row) => string])[] = [
  ['null', () => 'null'],
  ['a number', () => '7'],
  ['text', () => '"Completed"'],
  ['a list', () => '["Completed"]'],
  ['an empty object', () => '{}'],
  ['no content', (row) => json({ ...row, contentUuid: undefined })],
  ['a content of null', (row) => json({ ...row, contentUuid: null })],
  ['a user that is a number', (row) => json({ ...row, userUuid: 7 })],
  ['a user that is an object', (row) => json({ ...row, userUuid: { id: row.userUuid } })],
  ['no status', (row) => json({ ...row, status: undefined })],
  ['a status of null', (row) => json({ ...row, status: null })],
  ['a status that is a list', (row) => json({ ...row, status: ['Completed'] })],
];
