// The page tokens of list calls: a listing's own token, and how many items of its page have been sent.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Code, ServiceError } from '../../author/service-error.ts';

/** A position in an enumeration. */
export interface PagePosition {
  /** The listing's token of the page, not yet checked by the listing; undefined for its first page. */
  readonly token: unknown;
  /** How many items of that page the caller already has. */
  readonly skip: number;
}

const position = z.strictObject({ of: z.string(), t: z.unknown().optional(), s: z.int().min(1).optional() });

/** The start of an enumeration. */
const firstPage: PagePosition = { token: undefined, skip: 0 };

/**
 * Encodes a position as base64url of JSON, which survives any transport. Equal positions give equal tokens.
 * @param enumeration - Identifies what is enumerated: a token used elsewhere would skip items that nobody has seen.
 */
export function encodePageToken(enumeration: string, { token, skip }: PagePosition): string {
  const content = { of: fingerprint(enumeration), t: token, s: skip === 0 ? undefined : skip };
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/**
 * Decodes a page token; an empty one means the first page.
 * @throws ServiceError INVALID_ARGUMENT for a token that was not issued for this enumeration.
 */
export function decodePageToken(enumeration: string, text: string): PagePosition {
  if (text === '') {
    return firstPage;
  }
  try {
    const { of, t, s } = position.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (of !== fingerprint(enumeration)) {
      throw new Error('it belongs to another enumeration');
    }
    return { token: t, skip: s ?? 0 };
  } catch (cause) {
    throw invalidPageToken(text, cause);
  }
}

/** Tells enumerations apart. Guards against mistakes, not against forgery. */
function fingerprint(enumeration: string): string {
  return createHash('sha256').update(enumeration).digest('base64url').slice(0, 6);
}

/** The error for a page token that was not issued for the request. */
export function invalidPageToken(text: string, cause: unknown): ServiceError {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return new ServiceError(
    Code.InvalidArgument,
    `page_token ${JSON.stringify(shown)} was not issued for this request: send next_page_token from the previous response, or omit it to start over`,
    { reason: 'invalid_page_token', cause },
  );
}
