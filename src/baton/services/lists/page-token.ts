// The page tokens of list calls: a listing's own token and how many items of its page have been sent already.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Code, ServiceError } from '../../author/service-error.ts';

/** A place in an enumeration. */
export interface PagePosition {
  /** The listing's token of the page; absent for its first page. Not yet checked by the listing. */
  readonly token: unknown;
  /** How many items of that page the caller has. */
  readonly skip: number;
}

const position = z.strictObject({ of: z.string(), t: z.unknown().optional(), s: z.int().min(1).optional() });

/** The beginning of an enumeration. */
export const firstPage: PagePosition = { token: undefined, skip: 0 };

/**
 * Writes a position as text that survives any transport: base64url of JSON. Equal positions give equal text.
 * @param enumeration - What is enumerated. Given to another enumeration, a token would skip what nobody has seen there.
 */
export function encodePageToken(enumeration: string, { token, skip }: PagePosition): string {
  const content = { of: markOf(enumeration), t: token, s: skip === 0 ? undefined : skip };
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/**
 * Reads a page token; an empty one is the first page.
 * @throws ServiceError INVALID_ARGUMENT for a text that this enumeration did not give out.
 */
export function decodePageToken(enumeration: string, text: string): PagePosition {
  if (text === '') {
    return firstPage;
  }
  try {
    const { of, t, s } = position.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (of !== markOf(enumeration)) {
      throw new Error('it belongs to another enumeration');
    }
    return { token: t, skip: s ?? 0 };
  } catch (cause) {
    throw invalidPageToken(text, cause);
  }
}

/** A few letters that tell enumerations apart. They guard against mistakes, not against forgery. */
function markOf(enumeration: string): string {
  return createHash('sha256').update(enumeration).digest('base64url').slice(0, 6);
}

/** The answer to a page token that does not belong to the call. */
export function invalidPageToken(text: string, cause: unknown): ServiceError {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return new ServiceError(
    Code.InvalidArgument,
    `page_token: ${JSON.stringify(shown)} was not given out by this call; send next_page_token of the answer before, or nothing to begin anew`,
    { reason: 'invalid_page_token', cause },
  );
}
