// Reads an incremental report while it arrives. It is small beside that of a sync, and more of its rows matters.
import { toActivityStatus } from '../report/scan/activity-status.ts';
import { scanRows } from '../report/scan/scan-rows.ts';
import { type Activity, type ActivityList, sortActivities } from './recent-activity.ts';
import { parseReportTime } from './report-time.ts';

const fields = ['contentUuid', 'userUuid', 'status', 'lastAccess', 'completedDate'];

export interface RecentActivity {
  readonly activities: ActivityList;
  readonly rows: number;
  /** Rows that tell nothing: without a course, a user, or a last access that can be read. */
  readonly unreadableRows: number;
}

/**
 * @param completedSinceMs - Completions before it are no news: somebody has opened a course again that was completed
 *   long ago.
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

/** The texts of the fields, in their order; undefined for one that is missing or no text. */
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

/** Ids come with each row: all that are equal become one string. */
function createInterning(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const first = known.get(text);
    if (first !== undefined) return first;
    known.set(text, text);
    return text;
  };
}
