// Answers a list call from a Listing: reads its token, cuts its page to what was asked and to what a message may hold.
import { create, type Message, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import type { Listing, Page, PageRequest } from '../../author/connector.ts';
import type { Context } from '../../author/context.ts';
import { Code, ServiceError } from '../../author/service-error.ts';
import { encodeFitting } from '../../encode/encode-fitting.ts';
import type { ListSchema } from '../../encode/encode-message.ts';
import { responseMaxBytesKey } from '../call-context.ts';
import { type ListFields, ListResponse } from '../list-response.ts';
import type { ListCodec } from './list-codec.ts';
import type { PageCache } from './page-cache.ts';
import { decodePageToken, encodePageToken, invalidPageToken, type PagePosition } from './page-token.ts';

/** What a listing is asked for when the caller leaves the choice to the connector, as every Go syncer does. */
const defaultPageSize = 1000;

export interface ListCall<Item, Request, Listed extends Message> {
  readonly listing: Listing<Item, Request>;
  readonly codec: ListCodec<Item, Listed>;
  readonly request: Request;
  /** `page_size` of the request: 0 leaves it to the connector. */
  readonly pageSize: number;
  readonly pageToken: string;
  /** Tells this enumeration from others of the same process: method, resource type, resource. */
  readonly key: string;
  /** Throws on an item that must not be answered. */
  readonly check?: (item: Item) => void;
}

/**
 * One page for one call. It never holds more than `page_size` items nor more bytes than the transport allows, unless a
 * single item is larger; what is left of the listing's page is the next answer.
 *
 * @throws ServiceError INVALID_ARGUMENT for a page token that is not of this listing; INTERNAL for a listing that names
 * the same page again, which would never end.
 */
export async function servePage<Item, Request, Listed extends Message>(
  call: ListCall<Item, Request, Listed>,
  handler: HandlerContext,
  context: Context,
  cache: PageCache,
): Promise<ListFields<Listed>> {
  const { codec } = call;
  const position = decodePageToken(call.key, call.pageToken);
  const cacheKey = `${context.syncId ?? ''}\n${call.key}\n${JSON.stringify(position.token)}`;
  const page =
    (cache.get(cacheKey) as Page<Item, unknown> | undefined) ?? (await readPage(call, position.token, context));

  const rest = position.skip === 0 ? page.items : page.items.slice(position.skip);
  const asked = firstOf(rest, call.pageSize === 0 ? rest.length : call.pageSize);
  const maxBytes = handler.values.get(responseMaxBytesKey);
  const encoded = maxBytes === Number.POSITIVE_INFINITY ? undefined : encodeFitting(asked, maxBytes, codec.put);
  const items = encoded ? firstOf(asked, encoded.count) : asked;
  if (call.check) items.forEach(call.check);
  let next: PagePosition | undefined;
  if (items.length < rest.length) {
    cache.set(cacheKey, page);
    next = { token: position.token, skip: position.skip + items.length };
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
  return new ListResponse({
    typeName: codec.response.typeName,
    items,
    toMessage: codec.toMessage,
    bytes: encoded && Buffer.concat([encoded.bytes, encodeFields(codec.response, { nextPageToken, annotations })]),
    nextPageToken,
    annotations,
  });
}

/** A response without its list, which may stand before it: it is field 1. */
function encodeFields<Listed>(response: ListSchema<Listed>, fields: Omit<ListFields<Listed>, 'list'>): Uint8Array {
  return toBinary(response, Object.assign(create(response), fields));
}

async function readPage<Item, Request, Listed extends Message>(
  { listing, request, pageSize, pageToken }: ListCall<Item, Request, Listed>,
  token: unknown,
  context: Context,
): Promise<Page<Item, unknown>> {
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

function firstOf<Item>(items: readonly Item[], count: number): readonly Item[] {
  return count >= items.length ? items : items.slice(0, count);
}
