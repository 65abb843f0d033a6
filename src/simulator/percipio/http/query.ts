// Reads and checks query parameters. An invalid one is a 422.
import { unprocessable } from './answer.ts';

/** `max` (1 to 1000) and `offset` (from 0). */
export function readPage(query: URLSearchParams, maxDefault: number): { max: number; offset: number } {
  return { max: readWhole(query, 'max', maxDefault, 1, 1000), offset: readWhole(query, 'offset', 0, 0, 2 ** 31 - 1) };
}

function readWhole(query: URLSearchParams, name: string, byDefault: number, least: number, most: number): number {
  const text = query.get(name);
  if (text === null) return byDefault;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw unprocessable(`${name} must be an integer from ${least} to ${most}, not ${JSON.stringify(text)}`);
  }
  return value;
}

/** `updatedSince`, in ms since 1970; undefined if missing. */
export function readUpdatedSinceMs(query: URLSearchParams): number | undefined {
  const text = query.get('updatedSince');
  return text === null ? undefined : parseDateMs('updatedSince', text);
}

/** An ISO 8601 date and time, in ms since 1970. Throws a 422 that names the field. */
export function parseDateMs(name: string, value: unknown): number {
  const ms = typeof value === 'string' && /^\d{4}-\d\d-\d\d(T|$)/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw unprocessable(`${name} must be an ISO 8601 date, not ${JSON.stringify(value)}`);
  }
  return ms;
}
