// The family content-discovery: the catalog, page by page, and search in it.
import { z } from 'zod';
import { type ContentItem, contentItemSchema, syncedContentTypes } from './content-item.ts';
import type { HttpClient } from './http-client.ts';
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
  /** The total number of items, if the response has it. */
  readonly total: number | undefined;
  /** Where the next page begins; absent on the last one. */
  readonly next: CatalogPosition | undefined;
  readonly rateLimit: RateLimit | undefined;
}

export interface ContentSearch {
  readonly text: string;
  /** How many, from 1; Percipio's own default is 25. */
  readonly max?: number | undefined;
  readonly offset?: number | undefined;
}

/** Percipio's default page size for search results. */
const searchPageSize = 25;

export class ContentApi {
  readonly #http: HttpClient;
  readonly #organization: string;

  constructor(http: HttpClient, organizationId: string) {
    this.#http = http;
    this.#organization = `organizations/${encodeURIComponent(organizationId)}`;
  }

  /** One page of the catalog. An empty page before the end counts as a failure and is retried. */
  async listCatalog(request: CatalogPageRequest, signal: AbortSignal): Promise<CatalogPage> {
    const { max, updatedSince } = request;
    const position = request.position ?? { offset: 0 };
    const { offset, pagingRequestId } = position;
    return await this.#http.jsonAs(
      {
        family: 'content-discovery',
        method: 'GET',
        path: `/content-discovery/v2/${this.#organization}/catalog-content`,
        query: { max, offset, pagingRequestId, updatedSince: updatedSince?.toISOString() },
        retry: 'always',
      },
      z.array(contentItemSchema),
      signal,
      ({ value: items, headers, rateLimit }, exchange) => {
        const total = readCountHeader(headers, 'x-total-count');
        const lastOffset = position.lastOffset ?? readLinkedOffset(headers, 'last');
        const step = position.step ?? stepTo(readLinkedOffset(headers, 'next'), offset);
        if (items.length === 0 && offset < (lastOffset ?? total ?? 0)) {
          const problem = `answered without content from offset ${offset} on, although there is more`;
          throw exchange.fail({ kind: 'body', problem, isTransient: true });
        }
        const nextOffset = offset + (step ?? items.length);
        const isLast =
          items.length === 0 || isAfterLast({ nextOffset, lastOffset, total, isFull: items.length >= max });
        const dataSet = pagingRequestId ?? readHeader(headers, 'x-paging-request-id');
        const next = isLast ? undefined : { offset: nextOffset, pagingRequestId: dataSet, lastOffset, step };
        return { items, total, next, rateLimit };
      },
    );
  }

  /** Courses and assessments that a full-text search finds. They need not contain the exact text. */
  async search(
    request: ContentSearch,
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly ContentItem[]; readonly rateLimit: RateLimit | undefined }> {
    const { text: q, max, offset } = request;
    const { value: items, rateLimit } = await this.#http.json(
      {
        family: 'content-discovery',
        method: 'GET',
        path: `/content-discovery/v1/${this.#organization}/search-content`,
        query: { q, typeFilter: syncedContentTypes.join(','), max, offset },
        retry: 'always',
      },
      z.array(contentItemSchema),
      signal,
    );
    return { items, rateLimit };
  }

  /**
   * The course or assessment with this id, found by search; `value` is undefined if there is none. Other items may
   * mention the id and come first, so the search continues until it has found the id or reached the end.
   */
  async find(
    id: string,
    signal: AbortSignal,
  ): Promise<{ readonly value: ContentItem | undefined; readonly rateLimit: RateLimit | undefined }> {
    const wanted = id.toLowerCase();
    for (let offset = 0; ; offset += searchPageSize) {
      const { items, rateLimit } = await this.search({ text: id, max: searchPageSize, offset }, signal);
      const value = items.find((item) => item.id.toLowerCase() === wanted);
      if (value || items.length < searchPageSize) {
        return { value, rateLimit };
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
