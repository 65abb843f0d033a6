// Reads of a list response only what a caller must know: how many items it has, and where the listing goes on.

export interface ListResponseOutline {
  readonly items: number;
  readonly nextPageToken: string;
}

/** `list` of every list response. */
const listTag = (1 << 3) | 2;
/** `next_page_token` of every list response. */
const nextPageTokenTag = (2 << 3) | 2;

/**
 * Counts, and decodes no item.
 * @throws Error for what is no list response.
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
        throw new Error('a list response breaks off');
      }
      length += (byte & 0x7f) * 2 ** shift;
      more = byte >= 0x80;
    }
    // All that list responses have are messages and texts.
    if (tag === undefined || (tag & 7) !== 2 || at + length > message.length) {
      throw new Error(`a list response has a field of another kind, or breaks off (tag ${tag})`);
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
