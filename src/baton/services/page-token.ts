// The page tokens of list calls: a listing's own token and how many items of its page have been sent already.
import { z } from 'zod';
import { Code, ServiceError } from '../service-error.ts';

/** A place in an enumeration. */
export interface PagePosition {
  /** The listing's token of the page; absent for its first page. Not yet checked by the listing. */
  readonly token: unknown;
  /** How many items of that page the caller has. */
  readonly skip: number;
}

const position = z.strictObject({ t: z.unknown().optional(), s: z.int().min(0).optional() });

/** The beginning of an enumeration. */
export const firstPage: PagePosition = { token: undefined, skip: 0 };

/** Writes a position as text that survives any transport: base64url of JSON. Equal positions give equal text. */
export function encodePageToken({ token, skip }: PagePosition): string {
  return Buffer.from(JSON.stringify({ t: token, s: skip === 0 ? undefined : skip })).toString('base64url');
}

/**
 * Reads a page token; an empty one is the first page.
 * @throws ServiceError INVALID_ARGUMENT for a text that no list call of this connector gave out.
 */
export function decodePageToken(text: string): PagePosition {
  if (text === '') {
    return firstPage;
  }
  try {
    const { t, s } = position.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { token: t, skip: s ?? 0 };
  } catch (cause) {
    throw invalidPageToken(text, cause);
  }
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
