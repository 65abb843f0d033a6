// The cursors of event feeds as callers keep them: a feed's own cursor, bound to the feed.
import { Code, ServiceError } from '../../author/service-error.ts';
import { decodePageToken, encodePageToken } from '../lists/page-token.ts';

/** Rules of ListEvents (event_feed.proto of baton-sdk v0.25.0), which its callers check. */
const cursorBytesMax = 4096;

/**
 * Writes a cursor of a feed as text that survives any transport.
 * @throws ServiceError INTERNAL for one that no caller would take
 */
export function encodeEventCursor(feedId: string, cursor: unknown): string {
  const text = encodePageToken(enumerationOf(feedId), { token: cursor, skip: 0 });
  if (text.length > cursorBytesMax) {
    throw new ServiceError(
      Code.Internal,
      `event feed ${feedId}: its cursor takes ${text.length} bytes, and callers take ${cursorBytesMax} at the most - a fault of the connector`,
      { reason: 'event_cursor_too_long' },
    );
  }
  return text;
}

/**
 * Reads it; nothing comes of an empty one, which is the beginning.
 * @throws ServiceError INVALID_ARGUMENT for a text that this feed did not give out
 */
export function decodeEventCursor(feedId: string, text: string): unknown {
  try {
    return decodePageToken(enumerationOf(feedId), text).token;
  } catch (cause) {
    throw invalidEventCursor(feedId, text, cause);
  }
}

/** The answer to a cursor that does not belong to the feed. */
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
