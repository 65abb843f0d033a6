// Reads only what a caller needs from a list response: the number of items, and the next page token.

export interface ListResponseOutline {
  readonly items: number;
  readonly nextPageToken: string;
}

/** `list` of every list response. */
const listTag = (1 << 3) | 2;
/** `next_page_token` of every list response. */
const nextPageTokenTag = (2 << 3) | 2;

/**
 * Counts items without decoding them.
 * @throws Error if it is not a list response.
 */
export function outlineListResponse(message: Buffer): ListResponseOutline {
  let items = 0;
  let nextPageToken = '';
  let at = 0;
  while (at < message.length) {
    const tag = message[at++];
    let length = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = message[at++];
      if (byte === undefined || shift > 28) {
        throw new Error('truncated list response');
      }
      length += (byte & 0x7f) * 2 ** shift;
      more = byte >= 0x80;
    }
    // List responses have only messages and strings.
    if (tag === undefined || (tag & 7) !== 2 || at + length > message.length) {
      throw new Error(`unexpected field in a list response, or a truncated one (tag ${tag})`);
    }
    if (tag === listTag) {
      items++;
    } else if (tag === nextPageTokenTag) {
      nextPageToken = message.toString('utf8', at, at + length);
    }
    at += length;
  }
  return { items, nextPageToken };
}
