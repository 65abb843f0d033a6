// The cursors of event feeds as callers see them: a feed's own cursor, bound to the feed.
import { Code, ServiceError } from '../../author/service-error.ts';
import { decodePageToken, encodePageToken } from '../lists/page-token.ts';

/** Rules of ListEvents (event_feed.proto of baton-sdk v0.25.0), which its callers check. */
const cursorBytesMax = 4096;

/**
 * Encodes a cursor as text that survives any transport.
 * @throws ServiceError INTERNAL for one that is longer than callers accept
 */
export function encodeEventCursor(feedId: string, cursor: unknown): string {
  const text = encodePageToken(enumerationOf(feedId), { token: cursor, skip: 0 });
  if (text.length > cursorBytesMax) {
    throw new ServiceError(
      Code.Internal,
      `event feed ${feedId}: the cursor has ${text.length} bytes, and callers accept at most ${cursorBytesMax} - likely a connector bug`,
      { reason: 'event_cursor_too_long' },
    );
  }
  return text;
}

/**
 * Decodes a cursor; undefined for an empty one, which is the start.
 * @throws ServiceError INVALID_ARGUMENT for a text that this feed did not issue
 */
export function decodeEventCursor(feedId: string, text: string): unknown {
  try {
    return decodePageToken(enumerationOf(feedId), text).token;
  } catch (cause) {
    throw invalidEventCursor(feedId, text, cause);
  }
}

/** The error for a cursor of another feed, or of none. */
export function invalidEventCursor(feedId: string, text: string, cause: unknown): ServiceError {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return new ServiceError(
    Code.InvalidArgument,
    `cursor: ${JSON.stringify(shown)} was not issued by event feed ${feedId}: send the cursor from a previous response, or omit it to start at start_at`,
    { reason: 'invalid_event_cursor', cause },
  );
}

function enumerationOf(feedId: string): string {
  return `list events of ${feedId}`;
}
