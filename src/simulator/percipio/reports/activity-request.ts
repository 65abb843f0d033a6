// Validates the request body of a learning-activity report and reads which rows it asks for.
import type { ActivityFilter } from '../activity/activity-rows.ts';
import { notSimulated, unprocessable } from '../http/answer.ts';
import { parseDateMs } from '../http/query.ts';
import { CONTENT_KINDS, OTHER_LABELS } from '../organization/content-kinds.ts';

const DAY_MS = 86_400_000;

const TIME_FRAMES = ['DAY', 'WEEK', 'THIRTY_DAYS', 'CALENDAR_MONTH'] as const;
const STATUSES = ['ACHIEVED', 'ACTIVE', 'COMPLETED', 'LISTENED', 'READ', 'STARTED', 'WATCHED', 'ABANDONED'] as const;

/** Throws 422 unless a body is an object. */
export function readFields(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw unprocessable('the body must be a JSON object');
  }
  return { ...body };
}

/**
 * Reads which rows a request asks for. Throws 422 for what the API rejects, and 501 for what the API supports and the
 * simulator does not: named transforms, audiences other than ALL, sorting by anything but the last access. Unknown fields
 * are ignored.
 * @param nowMs The end of time frames. CALENDAR_MONTH is the last full month in UTC.
 */
export function readActivityRequest(fields: Readonly<Record<string, unknown>>, nowMs: number): ActivityFilter {
  if (isGiven(fields.mapping) && isGiven(fields.transformName)) {
    throw unprocessable('mapping and transformName are mutually exclusive');
  }
  if (isGiven(fields.transformName)) {
    throw notSimulated('named transforms');
  }
  if (String(fields.audience ?? 'ALL').toUpperCase() !== 'ALL') {
    throw notSimulated('reports on one audience');
  }
  return {
    ...readPeriod(fields, nowMs),
    kinds: readKinds(fields.contentType),
    statuses: isGiven(fields.status)
      ? new Set(readList('status', fields.status).map((status) => readOneOf('status', status, STATUSES)))
      : undefined,
    ascending: readSort(fields.sort),
  };
}

/** Some clients send null or '' for a missing value. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** `start` and `end`, or `timeFrame`. Throws 422 for anything else. */
export function readPeriod(
  fields: Readonly<Record<string, unknown>>,
  nowMs: number,
): { readonly startMs: number; readonly endMs: number } {
  const { start, end, timeFrame } = fields;
  if (isGiven(timeFrame)) {
    if (isGiven(start) || isGiven(end)) {
      throw unprocessable('timeFrame cannot be combined with start and end');
    }
    return periodOf(readOneOf('timeFrame', timeFrame, TIME_FRAMES), nowMs);
  }
  if (!isGiven(start) || !isGiven(end)) {
    throw unprocessable('start and end are required without timeFrame');
  }
  const period = { startMs: parseDateMs('start', start), endMs: parseDateMs('end', end) };
  if (period.startMs > period.endMs) {
    throw unprocessable(`start ${JSON.stringify(start)} is after end ${JSON.stringify(end)}`);
  }
  return period;
}

function periodOf(timeFrame: (typeof TIME_FRAMES)[number], nowMs: number): { startMs: number; endMs: number } {
  const now = new Date(nowMs);
  switch (timeFrame) {
    case 'DAY':
      return { startMs: nowMs - DAY_MS, endMs: nowMs };
    case 'WEEK':
      return { startMs: nowMs - 7 * DAY_MS, endMs: nowMs };
    case 'THIRTY_DAYS':
      return { startMs: nowMs - 30 * DAY_MS, endMs: nowMs };
    case 'CALENDAR_MONTH':
      return {
        startMs: Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1),
        endMs: Date.UTC(now.getUTCFullYear(), now.getUTCMonth()) - 1,
      };
  }
}

function readKinds(contentType: unknown): ReadonlySet<number> | undefined {
  if (!isGiven(contentType)) return undefined;
  const labels = [...CONTENT_KINDS.map(({ label }) => label), ...OTHER_LABELS];
  return new Set(
    readList('contentType', contentType).map((wanted) => {
      const kind = labels.findIndex((label) => label.toUpperCase() === wanted.toUpperCase());
      if (kind < 0) {
        throw unprocessable(`contentType must be one of ${labels.join(', ')}, not ${JSON.stringify(wanted)}`);
      }
      return kind;
    }),
  );
}

function readSort(sort: unknown): boolean {
  if (!isGiven(sort)) return false;
  const { field = 'lastAccessDate', order = 'desc' } = sort as { field?: unknown; order?: unknown };
  if (field !== 'lastAccessDate' && field !== 'lastAccess') {
    throw notSimulated(`sorting by ${JSON.stringify(field)}, only by lastAccessDate`);
  }
  return readOneOf('sort.order', order, ['ASC', 'DESC']) === 'ASC';
}

export function readList(name: string, value: unknown): string[] {
  if (typeof value !== 'string') {
    throw unprocessable(`${name} must be a comma-separated string, not ${JSON.stringify(value)}`);
  }
  return value.split(',').map((part) => part.trim());
}

export function readOneOf<Value extends string>(name: string, value: unknown, values: readonly Value[]): Value {
  const found = values.find((known) => typeof value === 'string' && known === value.toUpperCase());
  if (found === undefined) {
    throw unprocessable(`${name} must be one of ${values.join(', ')}, not ${JSON.stringify(value)}`);
  }
  return found;
}
