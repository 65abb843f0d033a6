// GET of a catalog search. It is a full-text search, so an id also finds items that merely mention it.
import { jsonAnswer } from '../http/answer.ts';
import { readPage } from '../http/query.ts';
import type { Route } from '../http/router.ts';
import type { ListEntries } from '../odd/odd-value.ts';
import type { CatalogItem, SimulatedData } from '../organization/api-objects.ts';

const PAGE_SIZE_DEFAULT = 25;

/** Items that contain each word of `q` somewhere, in catalog order: the best match is not necessarily first. */
export function searchContentRoutes(data: SimulatedData, listed: ListEntries): Route[] {
  return [
    {
      method: 'GET',
      path: '/content-discovery/v1/organizations/:organizationId/search-content',
      handle: ({ query }) => {
        const { max, offset } = readPage(query, PAGE_SIZE_DEFAULT);
        const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
        const types = query
          .get('typeFilter')
          ?.toUpperCase()
          .split(',')
          .map((type) => type.trim())
          .filter(Boolean);
        const found = data.courses.filter(
          (item) => types?.includes(item.contentType?.percipioType ?? '') !== false && mentionsAll(item, words),
        );
        return jsonAnswer(listed(found).slice(offset, offset + max));
      },
    },
  ];
}

function mentionsAll(item: CatalogItem, words: readonly string[]): boolean {
  const { associations } = item;
  const references = [associations?.parent, ...(associations?.channels ?? []), ...(associations?.journeys ?? [])];
  // Values may be odd, for example metadata that is not a list.
  const texts = [
    item.id,
    item.code,
    ...[item.localizedMetadata].flat().flatMap((metadata) => [metadata?.title, metadata?.description]),
    ...(item.keywords ?? []),
    ...references.flatMap((reference) => [reference?.id, reference?.title]),
  ].map((text) => String(text ?? '').toLowerCase());
  return words.every((word) => texts.some((text) => text.includes(word)));
}
