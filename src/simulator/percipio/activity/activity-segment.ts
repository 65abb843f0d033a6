// The part of a report row that is unique to the row: dates, durations, status. Written digit by digit for speed.
import { hash32 } from '../random.ts';
import { ACTIVITY_SPAN_MS, ACTIVITY_UNTIL_MS, type ActivityRow, ROW_STATUSES } from './activity-plan.ts';

const DAY_MS = 86_400_000;
const FIRST_ACCESS_DAYS_MAX = 90;
const FIRST_DAY = Math.floor((ACTIVITY_UNTIL_MS - ACTIVITY_SPAN_MS) / DAY_MS) - FIRST_ACCESS_DAYS_MAX - 1;
const DAYS = Math.floor(ACTIVITY_UNTIL_MS / DAY_MS) - FIRST_DAY + 1;

const DATE_HOLE = 'YYYY-MM-DDTHH:MM:SS.mmmZ';
const STARTED = Buffer.from(`"firstAccess":"${DATE_HOLE}","lastAccess":"${DATE_HOLE}",`);
const COMPLETED = Buffer.from(
  `"firstAccess":"${DATE_HOLE}","lastAccess":"${DATE_HOLE}","completedDate":"${DATE_HOLE}",`,
);
const FIRST_ACCESS_AT = STARTED.indexOf(DATE_HOLE);
const LAST_ACCESS_AT = STARTED.lastIndexOf(DATE_HOLE);
const COMPLETED_AT = COMPLETED.lastIndexOf(DATE_HOLE);

/** "YYYY-MM-DD" of every day that a row can name, concatenated. */
const DAY_TEXTS = Buffer.from(
  Array.from({ length: DAYS }, (_, day) => new Date((FIRST_DAY + day) * DAY_MS).toISOString().slice(0, 10)).join(''),
);

const STATUSES = ROW_STATUSES.map((status) => ({
  bytes: Buffer.from(`"status":${JSON.stringify(status)}`),
  isCompletion: /^(completed|achieved)$/i.test(status),
}));

const DURATION_VARIANTS = 512;
const DURATIONS = Array.from({ length: DURATION_VARIANTS }, (_, variant) => {
  const seconds = 1 + (hash32(0xd02a, variant) % 14_400);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const hms = `${two(seconds / 3600)}h${two((seconds / 60) % 60)}m${two(seconds % 60)}s`;
  return Buffer.from(`"duration":"${seconds}","durationHms":"${hms}","totalAccesses":"${1 + (variant % 23)}",`);
});

/** Upper limit of what `writeActivitySegment` writes, in bytes. */
export const ACTIVITY_SEGMENT_BYTES_MAX = 512;

/**
 * Writes the fields that are unique to a row, without braces, at an offset in `target`, and returns the offset after
 * them. As in real rows, `completedDate` is missing where the content is not completed.
 */
export function writeActivitySegment(target: Buffer, at: number, row: ActivityRow): number {
  const status = STATUSES[row.status] ?? STATUSES[0];
  const duration = DURATIONS[row.bits % DURATION_VARIANTS] ?? DURATIONS[0];
  if (status === undefined || duration === undefined) {
    throw new RangeError(`no status ${row.status}`);
  }
  let end = at;
  target.set(duration, end);
  end += duration.length;
  const dates = status.isCompletion ? COMPLETED : STARTED;
  target.set(dates, end);
  const sinceFirstMs = (row.bits >>> 3) % (FIRST_ACCESS_DAYS_MAX * DAY_MS);
  writeDate(target, end + FIRST_ACCESS_AT, row.lastAccessMs - sinceFirstMs);
  writeDate(target, end + LAST_ACCESS_AT, row.lastAccessMs);
  if (status.isCompletion) {
    writeDate(target, end + COMPLETED_AT, row.lastAccessMs - Math.floor(sinceFirstMs / 3));
  }
  end += dates.length;
  target.set(status.bytes, end);
  return end + status.bytes.length;
}

function writeDate(target: Buffer, at: number, ms: number): void {
  const day = Math.floor(ms / DAY_MS);
  const text = (day - FIRST_DAY) * 10;
  for (let digit = 0; digit < 10; digit += 1) {
    target[at + digit] = DAY_TEXTS[text + digit] ?? 0;
  }
  let rest = ms - day * DAY_MS;
  writeDigits(target, at + 20, 3, rest % 1000);
  rest = Math.floor(rest / 1000);
  writeDigits(target, at + 17, 2, rest % 60);
  rest = Math.floor(rest / 60);
  writeDigits(target, at + 14, 2, rest % 60);
  writeDigits(target, at + 11, 2, Math.floor(rest / 60));
}

function writeDigits(target: Buffer, at: number, count: number, value: number): void {
  let rest = value;
  for (let place = count - 1; place >= 0; place -= 1) {
    target[at + place] = 48 + (rest % 10);
    rest = (rest / 10) | 0;
  }
}
