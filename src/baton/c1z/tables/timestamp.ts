// Times as the .c1z database stores them: local wall clock, no zone, no trailing zeros in the fraction.
import { C1zError } from '../file/c1z-error.ts';

const storedTime = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Formats a time in the Go SDK's layout `2006-01-02 15:04:05.999999999` (pkg/dotc1z/sql_helpers.go of baton-sdk
 * v0.25.0), in the zone of this process. Readers compare the text byte by byte, so any other layout, such as RFC 3339,
 * would sort incorrectly.
 */
export function formatTimestamp(time: Date): string {
  const date = `${pad(time.getFullYear(), 4)}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
  const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
  const fraction = pad(time.getMilliseconds(), 3).replace(/0+$/, '');
  return fraction === '' ? `${date} ${clock}` : `${date} ${clock}.${fraction}`;
}

/**
 * Parses a stored time. Without a zone it is local wall clock; RFC 3339, which the Go SDK reads too, names a zone.
 * Fractions are truncated to milliseconds.
 */
export function parseTimestamp(text: string): Date {
  const match = storedTime.exec(text);
  if (!match) throw new C1zError('damaged', `the time "${text}" in the .c1z database has an unknown format`);
  const [, year, month, day, hour, minute, second, fraction = '', zone] = match;
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  if (zone) return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${zone}`);
  return new Date(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(milliseconds),
  );
}

function pad(value: number, length = 2): string {
  return String(value).padStart(length, '0');
}
