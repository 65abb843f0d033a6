// Calls a list method until it names no next page.
import { setImmediate } from 'node:timers/promises';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import { EnqueuePageTokensSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';

interface ListAnswer<Item> {
  readonly list: Item[];
  readonly nextPageToken: string;
  readonly annotations: readonly Any[];
}

/**
 * The pages of an enumeration, as they come; then those that answers have enqueued by EnqueuePageTokens, each with its
 * own next pages, once a token. Ends with an error when a token does not change, which would never end. The page size is
 * left to the connector, as the Go syncer leaves it.
 */
export async function* walkPages<Item, Answer extends ListAnswer<Item>>(
  listPage: (pageToken: string) => Promise<Answer>,
): AsyncGenerator<Answer> {
  const enqueued = new Set<string>(['']);
  // A set is walked in the order of insertion, with what is added meanwhile.
  for (const firstToken of enqueued) {
    let pageToken = firstToken;
    do {
      const answer = await listPage(pageToken);
      yield answer;
      // A connector in this process may answer without waiting for anything. Timers, signals and heartbeats wait for their
      // turn meanwhile, and so does what is to be freed.
      await setImmediate();
      for (const any of answer.annotations) {
        for (const token of anyUnpack(any, EnqueuePageTokensSchema)?.pageTokens ?? []) {
          enqueued.add(token);
        }
      }
      if (answer.nextPageToken !== '' && answer.nextPageToken === pageToken) {
        throw new ServiceError(
          Code.Internal,
          'the connector answered the page token that it was asked for, which would never end',
          { reason: 'page_token_unchanged' },
        );
      }
      pageToken = answer.nextPageToken;
    } while (pageToken !== '');
  }
}
