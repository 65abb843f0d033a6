// Serves a list call from a Listing: decodes its token, and splits its page to match the requested size and the message
// limit.
import { create, type Message, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import type { Listing, Page, PageRequest } from '../../author/connector.ts';
import { Code, ServiceError } from '../../author/service-error.ts';
import { encodeFitting } from '../../encode/encode-fitting.ts';
import type { ListSchema } from '../../encode/encode-message.ts';
import { responseMaxBytesKey, toConnectorContext } from '../call-context.ts';
import { type ListFields, ListResponse } from '../list-response.ts';
import type { ListCodec } from './list-codec.ts';
import type { PageCache } from './page-cache.ts';
import { decodePageToken, encodePageToken, invalidPageToken, type PagePosition } from './page-token.ts';

/** The page size if the caller leaves it to the connector, as every Go syncer does. */
const defaultPageSize = 1000;

/** The fields that all list requests have in common. */
interface ListRequestFields {
  /** 0 leaves it to the connector. */
  readonly pageSize: number;
  readonly pageToken: string;
  readonly activeSyncId: string;
}

interface ListCall<Item, Request, Listed extends Message> {
  readonly listing: Listing<Item, Request>;
  readonly codec: ListCodec<Item, Listed>;
  /** The listing's own part of the request. */
  readonly request: Request;
  readonly fields: ListRequestFields;
  /** Identifies the enumeration within this process: method, resource type, resource. Page tokens depend on it. */
  readonly key: string;
  /** Throws if an item must not be returned. */
  readonly check?: (item: Item) => void;
}

/**
 * Serves one page. It holds at most `page_size` items and no more bytes than the transport allows, unless a single item
 * is larger. The rest of the listing's page follows on the next call.
 * @throws ServiceError INVALID_ARGUMENT for a page token of another enumeration; INTERNAL if the listing returns the same
 * page token again, which would never end.
 */
export async function servePage<Item, Request, Listed extends Message>(
  call: ListCall<Item, Request, Listed>,
  handler: HandlerContext,
  cache: PageCache,
): Promise<ListFields<Listed>> {
  const { codec, key, fields } = call;
  const position = decodePageToken(key, fields.pageToken);
  const cacheKey = `${fields.activeSyncId}\n${key}\n${JSON.stringify(position.token)}`;
  const page =
    (cache.get(cacheKey) as Page<Item, unknown> | undefined) ?? (await readPage(call, position.token, handler));

  const unsent = position.skip === 0 ? page.items : page.items.slice(position.skip);
  const requested = firstOf(unsent, fields.pageSize === 0 ? unsent.length : fields.pageSize);
  const maxBytes = handler.values.get(responseMaxBytesKey);
  const encoded = maxBytes === Number.POSITIVE_INFINITY ? undefined : encodeFitting(requested, maxBytes, codec.put);
  const items = encoded ? firstOf(requested, encoded.count) : requested;
  if (call.check) items.forEach(call.check);
  let next: PagePosition | undefined;
  if (items.length < unsent.length) {
    cache.set(cacheKey, page);
    next = { token: position.token, skip: position.skip + items.length };
  } else {
    cache.delete(cacheKey);
    next = page.next === undefined ? undefined : { token: page.next, skip: 0 };
  }
  const nextPageToken = next ? encodePageToken(key, next) : '';
  if (nextPageToken !== '' && nextPageToken === fields.pageToken) {
    throw new ServiceError(Code.Internal, `${key}: next page token unchanged - likely a connector bug`, {
      reason: 'page_token_unchanged',
    });
  }
  const annotations = (page.annotations ?? []).map(({ desc, value }) => anyPack(desc, value));
  return new ListResponse({
    typeName: codec.response.typeName,
    items,
    toMessage: codec.toMessage,
    // The encoded items are overwritten by the next call, so they are copied before this one returns.
    bytes: encoded && Buffer.concat([encoded.bytes, encodeRest(codec.response, { nextPageToken, annotations })]),
    nextPageToken,
    annotations,
  });
}

/** Encodes a response without its list. The list goes before it: it is field 1. */
function encodeRest<Listed>(response: ListSchema<Listed>, rest: Omit<ListFields<Listed>, 'list'>): Uint8Array {
  return toBinary(response, Object.assign(create(response), rest));
}

async function readPage<Item, Request, Listed extends Message>(
  { listing, request, fields: { pageSize, pageToken, activeSyncId } }: ListCall<Item, Request, Listed>,
  token: unknown,
  handler: HandlerContext,
): Promise<Page<Item, unknown>> {
  let parsed: unknown;
  if (token !== undefined) {
    try {
      parsed = listing.parseToken(token);
    } catch (cause) {
      throw invalidPageToken(pageToken, cause);
    }
  }
  const paged: Request & PageRequest = { ...request, pageSize: pageSize === 0 ? defaultPageSize : pageSize };
  return await listing.page(paged, parsed, toConnectorContext(handler, activeSyncId));
}

function firstOf<Item>(items: readonly Item[], count: number): readonly Item[] {
  return count >= items.length ? items : items.slice(0, count);
}
