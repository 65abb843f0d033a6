// The family content-discovery: the catalog, page by page, and search in it.
import { z } from 'zod';
import { readCountHeader, readHeader } from './answer-headers.ts';
import { type ContentItem, contentItemSchema, syncedContentTypes } from './content-item.ts';
import type { HttpClient } from './http-client.ts';
import { parseLinkedOffset } from './link-header.ts';
import type { RateLimit } from './rate-limit.ts';

/** The most that Percipio gives on one page. */
export const catalogPageSizeMax = 1000;

/** A place in one frozen listing of the catalog. Plain data: it can be kept, and gone on from elsewhere. */
export interface CatalogPosition {
  readonly offset: number;
  /** Names the frozen data set, so that all pages come from the same. */
  readonly pagingRequestId?: string | undefined;
  /** Where the last page begins. Only the first page tells. */
  readonly lastOffset?: number | undefined;
  /** How far it is from one page to the next. Only the first page tells, and only where there is another one. */
  readonly step?: number | undefined;
}

export interface CatalogPageRequest {
  /** How many, from 1 to 1000. */
  readonly max: number;
  /** Where to go on; absent for the first page. */
  readonly position?: CatalogPosition | undefined;
  /** Only what changed since, in content or licensing. */
  readonly updatedSince?: Date | undefined;
}

export interface CatalogPage {
  readonly items: readonly ContentItem[];
  /** How many items there are in all, where the answer says it. */
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

/** What Percipio gives on a page of search results when it is not told. */
const searchPageSize = 25;

export class ContentApi {
  readonly #http: HttpClient;
  readonly #organization: string;

  constructor(http: HttpClient, organizationId: string) {
    this.#http = http;
    this.#organization = `organizations/${encodeURIComponent(organizationId)}`;
  }

  /** One page of the catalog. An empty page before the end counts as a failure, and is asked for again. */
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
        const link = readHeader(headers, 'link');
        const lastOffset = position.lastOffset ?? parseLinkedOffset(link, 'last');
        const step = position.step ?? stepTo(parseLinkedOffset(link, 'next'), offset);
        if (items.length === 0 && offset < (lastOffset ?? total ?? 0)) {
          const problem = `answered with no content from offset ${offset} on, although there is more`;
          throw exchange.fail({ kind: 'body', problem, isTransient: true });
        }
        const nextOffset = offset + (step ?? items.length);
        const isLast =
          items.length === 0 || isBehindLast({ nextOffset, lastOffset, total, isFull: items.length >= max });
        const dataSet = pagingRequestId ?? readHeader(headers, 'x-paging-request-id');
        const next = isLast ? undefined : { offset: nextOffset, pagingRequestId: dataSet, lastOffset, step };
        return { items, total, next, rateLimit };
      },
    );
  }

  /** Courses and assessments that a full-text search finds. What is found need not hold the text exactly. */
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
   * The course or assessment with this id, found by search; `value` is undefined when there is none. Other items may
   * mention the id and come before it, so the search goes on until it has found the id or nothing more.
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

/** A page can hold fewer items than it covers; the link to the next one then tells where that begins. */
function stepTo(nextOffset: number | undefined, offset: number): number | undefined {
  return nextOffset !== undefined && nextOffset > offset ? nextOffset - offset : undefined;
}

/**
 * The link to the last page was seen in real answers, the total was not: it decides only where there is no link. Where
 * there is neither, a page that is not full is the last one.
 */
function isBehindLast(page: {
  readonly nextOffset: number;
  readonly lastOffset: number | undefined;
  readonly total: number | undefined;
  readonly isFull: boolean;
}): boolean {
  const { nextOffset, lastOffset, total, isFull } = page;
  if (lastOffset !== undefined) return nextOffset > lastOffset;
  return total === undefined ? !isFull : nextOffset >= total;
}
