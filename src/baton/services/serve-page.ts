// Answers a list call from a Listing: reads its token, cuts its page to what was asked and to what a message may hold.
import { type DescMessage, isMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import type { Context, Listing, Page, PageRequest } from '../connector.ts';
import { encodeGrant } from '../encode/encode-grant.ts';
import { Code, ServiceError } from '../service-error.ts';
import { responseMaxBytesKey } from './call-context.ts';
import type { PageCache } from './page-cache.ts';
import { decodePageToken, encodePageToken, invalidPageToken, type PagePosition } from './page-token.ts';

/** What a listing is asked for when the caller leaves the choice to the connector, as every Go syncer does. */
const defaultPageSize = 1000;

/** Tag and length in front of an item of a list: one byte of tag, at most four of length. */
const itemFrameBytes = 5;

export interface ListCall<Desc extends DescMessage, Request> {
  readonly listing: Listing<MessageShape<Desc>, Request>;
  /** What the listing lists. */
  readonly item: Desc;
  readonly request: Request;
  /** `page_size` of the request: 0 leaves it to the connector. */
  readonly pageSize: number;
  readonly pageToken: string;
  /** Tells this enumeration from others of the same process: method, resource type, resource. */
  readonly key: string;
}

/** The fields that all list responses have in common. */
export interface ListResponse<Item> {
  readonly list: Item[];
  readonly nextPageToken: string;
  readonly annotations: Any[];
}

/**
 * One page for one call. It never holds more than `page_size` items nor more bytes than the transport allows, unless a
 * single item is larger; what is left of the listing's page is the next answer.
 *
 * @throws ServiceError INVALID_ARGUMENT for a page token that is not of this listing; INTERNAL for a listing that names
 * the same page again, which would never end.
 */
export async function servePage<Desc extends DescMessage, Request>(
  call: ListCall<Desc, Request>,
  handler: HandlerContext,
  context: Context,
  cache: PageCache,
): Promise<ListResponse<MessageShape<Desc>>> {
  const position = decodePageToken(call.key, call.pageToken);
  const cacheKey = `${context.syncId ?? ''}\n${encodePageToken(call.key, { ...position, skip: 0 })}`;
  const page =
    (cache.get(cacheKey) as Page<MessageShape<Desc>, unknown> | undefined) ??
    (await readPage(call, position.token, context));

  const rest = position.skip === 0 ? page.items : page.items.slice(position.skip);
  const count = countFitting(call.item, rest, call.pageSize, handler.values.get(responseMaxBytesKey));
  const list = rest.slice(0, count);
  let next: PagePosition | undefined;
  if (count < rest.length) {
    cache.set(cacheKey, page);
    next = { token: position.token, skip: position.skip + count };
  } else {
    cache.delete(cacheKey);
    next = page.next === undefined ? undefined : { token: page.next, skip: 0 };
  }
  const nextPageToken = next ? encodePageToken(call.key, next) : '';
  if (nextPageToken !== '' && nextPageToken === call.pageToken) {
    throw new ServiceError(Code.Internal, `${call.key}: next page token unchanged - likely a connector bug`, {
      reason: 'page_token_unchanged',
    });
  }
  const annotations = (page.annotations ?? []).map(({ desc, value }) => anyPack(desc, value));
  return { list, nextPageToken, annotations };
}

async function readPage<Desc extends DescMessage, Request>(
  { listing, request, pageSize, pageToken }: ListCall<Desc, Request>,
  token: unknown,
  context: Context,
): Promise<Page<MessageShape<Desc>, unknown>> {
  let parsed: unknown;
  if (token !== undefined) {
    try {
      parsed = listing.parseToken(token);
    } catch (cause) {
      throw invalidPageToken(pageToken, cause);
    }
  }
  const asked: Request & PageRequest = { ...request, pageSize: pageSize === 0 ? defaultPageSize : pageSize };
  return await listing.page(asked, parsed, context);
}

/** How many of the items fit into one answer: at least one, so that every answer goes on. */
function countFitting<Desc extends DescMessage>(
  item: Desc,
  items: readonly MessageShape<Desc>[],
  pageSize: number,
  maxBytes: number,
): number {
  const max = pageSize === 0 ? items.length : Math.min(items.length, pageSize);
  if (maxBytes === Number.POSITIVE_INFINITY) {
    return max;
  }
  let bytes = 0;
  for (const [index, value] of items.entries()) {
    if (index === max) {
      break;
    }
    bytes += sizeOf(item, value) + itemFrameBytes;
    if (bytes > maxBytes && index > 0) {
      return index;
    }
  }
  return max;
}

function sizeOf<Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>): number {
  // What is most in number is quicker this way.
  const bytes = isMessage(message, GrantSchema) ? encodeGrant(message) : toBinary(desc, message);
  return bytes.byteLength;
}
