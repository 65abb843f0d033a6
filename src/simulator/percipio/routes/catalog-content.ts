// GET of the catalog, page by page from a snapshot that is taken with the first page.
import { jsonTextAnswer, notFound } from '../http/answer.ts';
import { readPage, readUpdatedSinceMs } from '../http/query.ts';
import type { Route } from '../http/router.ts';
import type { ListEntries } from '../odd/odd-value.ts';
import type { CatalogItem, SimulatedData } from '../organization/api-objects.ts';

const PAGE_SIZE_DEFAULT = 1000;
/** A snapshot of 20,000 items takes about 40 MB: only the latest are kept. */
const DATA_SETS_MAX = 8;

/** How the first page of a catalog indicates the last one. */
export const CATALOG_LAST = ['link', 'total', 'both', 'neither'] as const;
export type CatalogLast = (typeof CATALOG_LAST)[number];

export interface CatalogOptions {
  readonly listed: ListEntries;
  readonly catalogLast: CatalogLast;
  readonly idAt: (index: number) => string;
}

/**
 * A request without `pagingRequestId` takes a snapshot. The response has the snapshot's id in `x-paging-request-id`
 * and, depending on `catalogLast`, `link` (first page only) and `x-total-count` (every page). Later pages do not see
 * edits of the data. An unknown `pagingRequestId` is a 404; a page after the last one is empty.
 */
export function catalogContentRoutes(data: SimulatedData, options: CatalogOptions): Route[] {
  const dataSets = new Map<string, readonly string[]>();
  let made = 0;

  const freeze = (sinceMs: number | undefined): string => {
    const id = options.idAt(made);
    made += 1;
    // As text: edits of the objects must not change the snapshot.
    dataSets.set(
      id,
      options.listed(updatedSince(data.courses, sinceMs)).map((item) => JSON.stringify(item)),
    );
    const [oldest] = dataSets.keys();
    if (dataSets.size > DATA_SETS_MAX && oldest !== undefined) {
      dataSets.delete(oldest);
    }
    return id;
  };

  return [
    {
      method: 'GET',
      path: '/content-discovery/v2/organizations/:organizationId/catalog-content',
      handle: ({ query, pageUrl }) => {
        const page = readPage(query, PAGE_SIZE_DEFAULT);
        const continued = query.get('pagingRequestId');
        const id = continued ?? freeze(readUpdatedSinceMs(query));
        const items = dataSets.get(id);
        if (items === undefined) {
          throw notFound(`No pagingRequestId ${id}: its data set has expired or never existed`);
        }
        const { catalogLast } = options;
        const tellsLink = continued === null && (catalogLast === 'link' || catalogLast === 'both');
        const tellsTotal = catalogLast === 'total' || catalogLast === 'both';
        return jsonTextAnswer(`[${items.slice(page.offset, page.offset + page.max).join(',')}]`, {
          ...(continued === null && { 'x-paging-request-id': id }),
          ...(tellsLink && { link: toLink(pageUrl, query, id, page, items.length) }),
          ...(tellsTotal && { 'x-total-count': String(items.length) }),
        });
      },
    },
  ];
}

function toLink(
  pageUrl: string,
  query: URLSearchParams,
  id: string,
  page: { max: number; offset: number },
  total: number,
): string {
  const { max, offset } = page;
  const last = Math.max(0, Math.ceil(total / max) - 1) * max;
  const offsets = [
    ['first', 0],
    ...(offset > 0 ? [['prev', Math.max(0, offset - max)] as const] : []),
    ...(offset < last ? [['next', offset + max] as const] : []),
    ['last', last],
  ] as const;
  return offsets
    .map(([rel, target]) => {
      const parameters = new URLSearchParams(query);
      parameters.set('max', String(max));
      parameters.set('offset', String(target));
      parameters.set('pagingRequestId', id);
      return `<${pageUrl}?${parameters}>; rel="${rel}"`;
    })
    .join(', ');
}

/** Items without a date count as unchanged. */
function updatedSince(items: readonly CatalogItem[], sinceMs: number | undefined): readonly CatalogItem[] {
  if (sinceMs === undefined) return items;
  return items.filter(({ lifecycle }) => Date.parse(lifecycle?.lastUpdatedDate ?? '') >= sinceMs);
}
