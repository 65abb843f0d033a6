// Calls a list method until it names no next page.
import { Code, ServiceError } from '../service-error.ts';

interface ListAnswer<Item> {
  readonly list: Item[];
  readonly nextPageToken: string;
}

/**
 * The pages of an enumeration, as they come. Ends with an error when the token does not change, which would never end.
 * The page size is left to the connector, as the Go syncer leaves it.
 */
export async function* walkPages<Item, Answer extends ListAnswer<Item>>(
  listPage: (pageToken: string) => Promise<Answer>,
): AsyncGenerator<Answer> {
  let pageToken = '';
  do {
    const answer = await listPage(pageToken);
    yield answer;
    if (answer.nextPageToken !== '' && answer.nextPageToken === pageToken) {
      throw new ServiceError(
        Code.Internal,
        'the connector answered the page token that it was asked for, which would never end',
        {
          reason: 'page_token_unchanged',
        },
      );
    }
    pageToken = answer.nextPageToken;
  } while (pageToken !== '');
}
