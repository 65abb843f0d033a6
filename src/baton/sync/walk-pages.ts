// Calls a list method until there is no next page.
import { setImmediate } from 'node:timers/promises';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { EnqueuePageTokensSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import type { ListFields } from '../services/list-response.ts';

/**
 * Yields the pages of an enumeration as they come, and then those of each page token that a response has enqueued with
 * EnqueuePageTokens. Leaves the page size to the connector, as the Go syncer does.
 * @throws ServiceError INTERNAL if a next page token is the one just asked for: the enumeration would never end.
 */
export async function* walkPages<Item, Page extends ListFields<Item>>(
  listPage: (pageToken: string) => Promise<Page>,
): AsyncGenerator<Page> {
  const enqueued = new Set<string>(['']);
  // A set is iterated in the order of insertion, including what is added meanwhile.
  for (const firstToken of enqueued) {
    let pageToken = firstToken;
    do {
      const page = await listPage(pageToken);
      yield page;
      // A connector in this process may never wait for anything: let timers, signals and heartbeats have their turn, and
      // memory be freed.
      await setImmediate();
      for (const any of page.annotations) {
        for (const token of anyUnpack(any, EnqueuePageTokensSchema)?.pageTokens ?? []) {
          enqueued.add(token);
        }
      }
      if (page.nextPageToken !== '' && page.nextPageToken === pageToken) {
        throw new ServiceError(
          Code.Internal,
          'the connector returned the same page token again: the listing would never end',
          { reason: 'page_token_unchanged' },
        );
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
  }
}
