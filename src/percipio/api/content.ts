// The family content-discovery: the catalog, page by page, and search in it.

import { type ContentItem, contentItemsSchema } from './content-item.ts';
import type { ApiCall } from './exchange.ts';
import type { HttpClient } from './http-client.ts';
import type { UnreadCounts } from './lenient.ts';
import { checkListingBound } from './listing-bound.ts';
import { toPathPart } from './path-part.ts';
import type { RateLimit } from './rate-limit.ts';
import { readCountHeader, readHeader, readLinkedOffset } from './response-headers.ts';

/** The maximum page size of Percipio. */
export const catalogPageSizeMax = 1000;

/** A position in one snapshot of the catalog. Plain data: it can be stored, and another process can continue from it. */
export interface CatalogPosition {
  readonly offset: number;
  /** Identifies the snapshot, so that all pages come from it. */
  readonly pagingRequestId?: string | undefined;
  /** Where the last page begins. Only the first page says so. */
  readonly lastOffset?: number | undefined;
  /** The distance from one page to the next. Only the first page says so, and only if there is another one. */
  readonly step?: number | undefined;
  /** The total that the first page announced, if it did. */
  readonly firstTotal?: number | undefined;
}

export interface CatalogPageRequest {
  /** How many, from 1 to 1000. */
  readonly max: number;
  /** Where to continue; absent for the first page. */
  readonly position?: CatalogPosition | undefined;
  /** Only items whose content or licensing changed since. */
  readonly updatedSince?: Date | undefined;
}

export interface CatalogPage {
  readonly items: readonly ContentItem[];
  readonly unread: UnreadCounts;
  /** The total number of items, if the response has it. */
  readonly total: number | undefined;
  /** Where the next page begins; absent on the last one. */
  readonly next: CatalogPosition | undefined;
  readonly rateLimit: RateLimit | undefined;
}

export interface CompliancePageRequest {
  /** How many, from 1 to 1000. */
  readonly max: number;
  readonly offset: number;
  /** The total that the first page announced, if it did. */
  readonly firstTotal?: number | undefined;
}

export interface ContentSearch {
  readonly text: string;
  /** Values of `percipioType`, separated by commas; absent for all types. */
  readonly typeFilter?: string | undefined;
  /** How many, from 1; Percipio's own default is 25. */
  readonly max?: number | undefined;
  readonly offset?: number | undefined;
}

export interface ContentSearchPage {
  readonly items: readonly ContentItem[];
  /** Whether the page is full, and another one may follow. */
  readonly hasMore: boolean;
  readonly rateLimit: RateLimit | undefined;
}

/** Percipio's default page size for search results. */
const searchPageSize = 25;

/** How far results are read. Searches are for the id of one item: few others mention it. */
const searchResultsMax = 5000;

export class ContentApi {
  readonly #http: HttpClient;
  readonly #organization: string;

  constructor(http: HttpClient, organizationId: string) {
    this.#http = http;
    this.#organization = `organizations/${toPathPart(organizationId)}`;
  }

  /**
   * One page of the catalog. An empty page before the end counts as a failure and is retried; a listing that does not end
   * is an error.
   */
  async listCatalog(request: CatalogPageRequest, signal: AbortSignal): Promise<CatalogPage> {
    const { max, updatedSince } = request;
    const position = request.position ?? { offset: 0 };
    const { offset, pagingRequestId } = position;
    const path = `/content-discovery/v2/${this.#organization}/catalog-content`;
    const query = { max, offset, pagingRequestId, updatedSince: updatedSince?.toISOString() };
    return await this.#listPage({ path, query }, { max, position }, signal);
  }

  /**
   * One page of the compliance courses, which license pools, and so perhaps the catalog, do not include.
   * @throws PercipioError with status 403 or 404 where there are none for this service account.
   */
  async listCompliance(request: CompliancePageRequest, signal: AbortSignal): Promise<CatalogPage> {
    const { max, offset, firstTotal } = request;
    const path = `/content-discovery/v1/${this.#organization}/compliance-content`;
    return await this.#listPage({ path, query: { max, offset } }, { max, position: { offset, firstTotal } }, signal);
  }

  async #listPage(
    call: Pick<ApiCall, 'path' | 'query'>,
    { max, position }: { readonly max: number; readonly position: CatalogPosition },
    signal: AbortSignal,
  ): Promise<CatalogPage> {
    const { offset, pagingRequestId } = position;
    return await this.#http.jsonAs(
      { family: 'content-discovery', method: 'GET', ...call, itemsMax: max, retry: 'always' },
      contentItemsSchema,
      signal,
      ({ value: { items, entries, unread }, headers, rateLimit }, exchange) => {
        const total = readCountHeader(headers, 'x-total-count');
        const lastOffset = position.lastOffset ?? readLinkedOffset(headers, 'last');
        const step = position.step ?? stepTo(readLinkedOffset(headers, 'next'), offset);
        if (entries === 0 && offset < (lastOffset ?? total ?? 0)) {
          const problem = `answered without content from offset ${offset} on, although there is more`;
          throw exchange.fail({ kind: 'body', problem, isTransient: true });
        }
        const nextOffset = offset + (step ?? entries);
        const isLast = entries === 0 || isAfterLast({ nextOffset, lastOffset, total, isFull: entries >= max });
        const dataSet = pagingRequestId ?? readHeader(headers, 'x-paging-request-id');
        if (isLast) return { items, unread, total, next: undefined, rateLimit };
        const firstTotal = offset === 0 ? total : position.firstTotal;
        checkListingBound(nextOffset, firstTotal, exchange);
        const next = { offset: nextOffset, pagingRequestId: dataSet, lastOffset, step, firstTotal };
        return { items, unread, total, next, rateLimit };
      },
    );
  }

  /** Content that a full-text search finds. It need not contain the exact text. */
  async search(request: ContentSearch, signal: AbortSignal): Promise<ContentSearchPage> {
    const { text: q, typeFilter, max = searchPageSize, offset } = request;
    return await this.#http.jsonAs(
      {
        family: 'content-discovery',
        method: 'GET',
        path: `/content-discovery/v1/${this.#organization}/search-content`,
        query: { q, typeFilter, max, offset },
        itemsMax: max,
        retry: 'always',
      },
      contentItemsSchema,
      signal,
      ({ value: { items, entries }, rateLimit }, exchange) => {
        const hasMore = entries >= max;
        if (hasMore && (offset ?? 0) + max > searchResultsMax) {
          const problem = `found more than ${searchResultsMax} items for one search`;
          throw exchange.fail({ kind: 'body', problem, isTransient: false });
        }
        return { items, hasMore, rateLimit };
      },
    );
  }

  /**
   * The item with this id in any case, found by search; `value` is undefined if there is none. Other items may mention
   * the id and come first, so the search continues until it has found the id or reached the end.
   */
  async find(
    id: string,
    typeFilter: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly value: ContentItem | undefined; readonly rateLimit: RateLimit | undefined }> {
    const wanted = id.toLowerCase();
    for (let offset = 0; ; offset += searchPageSize) {
      const page = await this.search({ text: id, typeFilter, max: searchPageSize, offset }, signal);
      const value = page.items.find((item) => item.id.toLowerCase() === wanted);
      if (value || !page.hasMore) {
        return { value, rateLimit: page.rateLimit };
      }
    }
  }
}

/** A page can have fewer items than it covers; the link to the next page says where that begins. */
function stepTo(nextOffset: number | undefined, offset: number): number | undefined {
  return nextOffset !== undefined && nextOffset > offset ? nextOffset - offset : undefined;
}

/**
 * The link to the last page was seen in real responses, the total was not: it decides only if there is no link. With
 * neither, a page that is not full is the last one.
 */
function isAfterLast(page: {
  readonly nextOffset: number;
  readonly lastOffset: number | undefined;
  readonly total: number | undefined;
  readonly isFull: boolean;
}): boolean {
  const { nextOffset, lastOffset, total, isFull } = page;
  if (lastOffset !== undefined) return nextOffset > lastOffset;
  return total === undefined ? !isFull : nextOffset >= total;
}
