// Reads the headers of a response.
import type { HttpHeaders } from 'baton-connector-sdk/http';

/** One header's value; the values of a repeated one are joined by commas (RFC 9110, 5.3). */
export function readHeader(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** A header that is a count; undefined if it is missing or not a whole number. */
export function readCountHeader(headers: HttpHeaders, name: string): number | undefined {
  const text = readHeader(headers, name)?.trim();
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** When the server responded, by its own clock and truncated to seconds; undefined if the response does not say so. */
export function readAnsweredAt(headers: HttpHeaders): Date | undefined {
  const text = readHeader(headers, 'date')?.trim() ?? '';
  // The form of RFC 9110, 5.6.7, which senders must use. A parser of dates would take a bare number for a year.
  const timeMs = /^[A-Z][a-z]{2}, .+ GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : new Date(timeMs);
}

/**
 * The offset of another page of the catalog in the `link` header (RFC 8288): the `offset` of the URL with `rel="last"`
 * or `rel="next"`.
 * @returns Undefined if there is no such link, or its URL has no usable offset.
 */
export function readLinkedOffset(headers: HttpHeaders, relation: 'last' | 'next'): number | undefined {
  const links = readHeader(headers, 'link') ?? '';
  for (const [, target = '', parameters = ''] of links.matchAll(/<([^<>]*)>([^<]*)/g)) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters);
    const relations = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/);
    if (!relations.includes(relation)) continue;
    const offset = URL.parse(target, 'https://relative.invalid')?.searchParams.get('offset');
    if (offset && /^\d{1,15}$/.test(offset)) return Number(offset);
  }
  return undefined;
}
