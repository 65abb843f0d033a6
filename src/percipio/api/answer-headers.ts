// Reads the headers of an answer.
import type { HttpHeaders } from 'baton-connector-sdk/http';

/** One header's value; the values of a repeated one are joined by commas (RFC 9110, 5.3). */
export function readHeader(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** A header that is a count. Nothing, when it is missing or is no whole number. */
export function readCountHeader(headers: HttpHeaders, name: string): number | undefined {
  const text = readHeader(headers, name)?.trim();
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** When the server answered, by its own clock and cut to a second. Nothing, when the answer does not say it. */
export function readAnsweredAt(headers: HttpHeaders): Date | undefined {
  const text = readHeader(headers, 'date')?.trim() ?? '';
  // The form of RFC 9110, 5.6.7, that senders must use; a parser of dates would take a bare number for a year.
  const timeMs = /^[A-Z][a-z]{2}, .+ GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : new Date(timeMs);
}
