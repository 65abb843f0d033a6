// The learning-activity report as bytes: a JSON array of flat objects, generated block by block while it is sent.
import type { Organization } from '../organization/organization.ts';
import { hash32, shuffle } from '../random.ts';
import { type ActivityPlan, createActivityRow, ROW_STATUSES } from './activity-plan.ts';
import { ACTIVITY_SEGMENT_BYTES_MAX, writeActivitySegment } from './activity-segment.ts';
import { FRAGMENT_BYTES_MAX, type RowFragments } from './row-fragments.ts';

const BLOCK_BYTES = 256 * 1024;
const ROW_BYTES_MAX = 2 * FRAGMENT_BYTES_MAX + ACTIVITY_SEGMENT_BYTES_MAX;

const COMMA = 0x2c;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** A row as it appears in a report, in UTF-8. */
export interface AddedRowBytes {
  readonly lastAccessMs: number;
  readonly bytes: Buffer;
}

/** Which rows a report holds. */
export interface ActivityFilter {
  readonly startMs: number;
  readonly endMs: number;
  /** Indexes in CONTENT_KINDS; undefined for all. */
  readonly kinds?: ReadonlySet<number> | undefined;
  /** Statuses in upper case; undefined for all. */
  readonly statuses?: ReadonlySet<string> | undefined;
  /** True to sort by last access ascending; reports default to descending. */
  readonly ascending: boolean;
}

/** What generated rows are made from. */
export interface ActivitySource {
  readonly organization: Organization;
  readonly plan: ActivityPlan;
  readonly fragments: RowFragments;
}

/**
 * Yields the report in blocks of about 256 KiB. Every block reuses the same buffer, so callers that keep one must copy
 * it. The order of the keys in a row depends on the seed.
 * @param added Rows to insert between the generated ones, in report order.
 */
export function* activityRows(
  source: ActivitySource,
  filter: ActivityFilter,
  added: readonly AddedRowBytes[] = [],
): Generator<Buffer> {
  const { organization, plan, fragments } = source;
  const { first, end } = plan.inPeriod(filter.startMs, filter.endMs);
  const isWantedKind = Uint8Array.from({ length: organization.contentsEver }, (_, content) =>
    filter.kinds === undefined || filter.kinds.has(organization.contentKindAt(content)) ? 1 : 0,
  );
  const isWantedStatus = Uint8Array.from(ROW_STATUSES, (status) =>
    filter.statuses === undefined || filter.statuses.has(status.toUpperCase()) ? 1 : 0,
  );
  const order = shuffle(['user', 'content', 'activity'] as const, hash32(organization.seed, 0x02de1));
  const row = createActivityRow();
  const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let at = block.write('[');
  let isFirst = true;
  let nextAdded = 0;
  for (let count = 0; count <= end - first; count += 1) {
    const isEnd = count === end - first;
    if (!isEnd) {
      plan.read(filter.ascending ? end - 1 - count : first + count, row);
    }
    for (let each = added[nextAdded]; each !== undefined; each = added[nextAdded]) {
      const isDue = filter.ascending ? each.lastAccessMs <= row.lastAccessMs : each.lastAccessMs >= row.lastAccessMs;
      if (!isEnd && !isDue) break;
      // Room for a comma before it and the closing bracket.
      if (at + each.bytes.length + 2 > BLOCK_BYTES) {
        yield block.subarray(0, at);
        at = 0;
      }
      if (!isFirst) {
        block[at++] = COMMA;
      }
      isFirst = false;
      at += each.bytes.copy(block, at);
      nextAdded += 1;
    }
    if (isEnd) break;
    if (isWantedKind[row.content] === 0 || isWantedStatus[row.status] === 0) {
      continue;
    }
    if (at + ROW_BYTES_MAX > BLOCK_BYTES) {
      yield block.subarray(0, at);
      at = 0;
    }
    if (!isFirst) {
      block[at++] = COMMA;
    }
    isFirst = false;
    block[at++] = OPENING_BRACE;
    for (const part of order) {
      if (part === 'activity') {
        at = writeActivitySegment(block, at, row);
      } else {
        const fragment = part === 'user' ? fragments.user(row.user) : fragments.content(row.content);
        block.set(fragment, at);
        at += fragment.length;
      }
      block[at++] = COMMA;
    }
    block[at - 1] = CLOSING_BRACE;
  }
  at += block.write(']', at);
  yield block.subarray(0, at);
}
