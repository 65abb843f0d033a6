// Reads an incremental report while it arrives. It is small beside that of a sync, and more of its rows matters.
import { toActivityStatus } from '../activity/activity-status.ts';
import { RowSplitter } from '../activity/row-splitter.ts';
import { type Activity, type ActivityList, sortActivities } from './recent-activity.ts';
import { parseReportTime } from './report-time.ts';

/** Real rows have about 900 bytes. */
const rowBytesMax = 16 * 1024 * 1024;

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
  const splitter: RowSplitter = new RowSplitter({
    rowBytesMax,
    onRow: (bytes, start, end) => {
      const { contentUuid, userUuid, status, lastAccess, completedDate } = parseRow(splitter, bytes, start, end);
      const usedAtMs = parseReportTime(lastAccess);
      if (!isId(contentUuid) || !isId(userUuid) || usedAtMs === undefined) {
        unreadableRows += 1;
        return;
      }
      const who = { courseId: oneString(contentUuid), userId: oneString(userUuid) };
      found.push({ kind: 'used', ...who, atMs: usedAtMs });
      const completedAtMs = parseReportTime(completedDate) ?? usedAtMs;
      if (typeof status === 'string' && toActivityStatus(status) === 'completed' && completedAtMs >= completedSinceMs) {
        found.push({ kind: 'completed', ...who, atMs: completedAtMs });
      }
    },
  });
  for await (const piece of body) {
    splitter.push(piece);
  }
  splitter.end();
  return { activities: sortActivities(found), rows: splitter.rows, unreadableRows };
}

function parseRow(splitter: RowSplitter, bytes: Buffer, start: number, end: number): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(bytes.toString('utf8', start, end));
  } catch {
    // The text of a SyntaxError quotes what it is about.
    throw splitter.fail('has a row that is no valid JSON', splitter.rowOffset, false);
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
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
