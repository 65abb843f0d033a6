// Reads the times in the rows of a report.

const isoLike = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?$/i;

/**
 * ISO 8601, which is what rows were seen with, and what comes near: a space before the time, no zone (then UTC), a date
 * alone (then its beginning).
 * @returns Milliseconds since 1970; nothing for anything else.
 */
export function parseReportTime(value: unknown): number | undefined {
  const [, date, time, zone = 'Z'] = (typeof value === 'string' && isoLike.exec(value.trim())) || [];
  if (date === undefined) return undefined;
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  const timeMs = Date.parse(time === undefined ? date : `${date}T${time}${offset}`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
