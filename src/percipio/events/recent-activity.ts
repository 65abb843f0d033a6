// Reads an incremental report: who used which course when, and who completed it. It is small compared to that of a sync.
import { toActivityStatus } from '../report/scan/activity-status.ts';
import { scanRows } from '../report/scan/scan-rows.ts';

export interface Activity {
  readonly kind: 'used' | 'completed';
  readonly courseId: string;
  readonly userId: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/**
 * Activities in chronological order, each once. The order does not depend on that of the rows, so that a position means
 * the same in every process that reads the same report.
 */
export type ActivityList = readonly Activity[];

export interface RecentActivity {
  readonly activities: ActivityList;
  readonly rows: number;
  /** Rows without a course, a user, or a readable last access. */
  readonly unreadableRows: number;
}

const fields = ['contentUuid', 'userUuid', 'status', 'lastAccess', 'completedDate'];

/**
 * @param completedSinceMs - Earlier completions are ignored: somebody has reopened a course that was completed long ago.
 * @throws ReportFormatError, and whatever `body` throws.
 */
export async function readRecentActivity(
  body: AsyncIterable<Uint8Array>,
  completedSinceMs: number,
): Promise<RecentActivity> {
  const found: Activity[] = [];
  const oneString = createInterning();
  let unreadableRows = 0;
  const { rows } = await scanRows(body, fields, (bytes, spans) => {
    const [contentUuid, userUuid, status, lastAccess, completedDate] = readTexts(bytes, spans);
    const usedAtMs = parseReportTime(lastAccess);
    if (!isId(contentUuid) || !isId(userUuid) || usedAtMs === undefined) {
      unreadableRows += 1;
      return;
    }
    const who = { courseId: oneString(contentUuid), userId: oneString(userUuid) };
    found.push({ kind: 'used', ...who, atMs: usedAtMs });
    const completedAtMs = parseReportTime(completedDate) ?? usedAtMs;
    if (status !== undefined && toActivityStatus(status) === 'completed' && completedAtMs >= completedSinceMs) {
      found.push({ kind: 'completed', ...who, atMs: completedAtMs });
    }
  });
  return { activities: sortActivities(found), rows, unreadableRows };
}

/** Whether a list has an activity. */
export function hasActivity(list: ActivityList, activity: Activity): boolean {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(list[middle] as Activity, activity) < 0) low = middle + 1;
    else high = middle;
  }
  const found = list[low];
  return found !== undefined && compare(found, activity) === 0;
}

const isoLike = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?$/i;

/**
 * Parses a time in a row: ISO 8601, as rows have it, and similar forms: a space before the time, no zone (then UTC), only
 * a date (then its beginning).
 * @returns Milliseconds since 1970; undefined for anything else.
 */
export function parseReportTime(value: unknown): number | undefined {
  const [, date, time, zone = 'Z'] = (typeof value === 'string' && isoLike.exec(value.trim())) || [];
  if (date === undefined) return undefined;
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  const timeMs = Date.parse(time === undefined ? date : `${date}T${time}${offset}`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** The texts of the fields, in their order; undefined for one that is missing or not a string. */
function readTexts(bytes: Uint8Array, spans: Int32Array): readonly (string | undefined)[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset);
  return fields.map((_, field) => {
    const [start, end] = [spans[2 * field] as number, spans[2 * field + 1]];
    return start < 0 ? undefined : buffer.toString('utf8', start, end);
  });
}

function isId(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/** Each row repeats its ids: equal ones become one string. */
function createInterning(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const first = known.get(text);
    if (first !== undefined) return first;
    known.set(text, text);
    return text;
  };
}

function sortActivities(activities: Iterable<Activity>): ActivityList {
  const sorted = [...activities].sort(compare);
  return sorted.filter((activity, index) => index === 0 || compare(activity, sorted[index - 1] as Activity) !== 0);
}

function compare(a: Activity, b: Activity): number {
  return (
    a.atMs - b.atMs ||
    compareText(a.courseId, b.courseId) ||
    compareText(a.userId, b.userId) ||
    compareText(a.kind, b.kind)
  );
}

/** By UTF-16 code units, the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
