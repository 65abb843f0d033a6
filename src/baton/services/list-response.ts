// The response of a list method, in whichever form its carrier needs: items, bytes or a message.
import type { Message } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';

/** The fields that all list responses have in common. */
export interface ListFields<Listed> {
  readonly list: Listed[];
  readonly nextPageToken: string;
  readonly annotations: Any[];
}

interface ListResponseInit<Item, Listed extends Message> extends Omit<ListFields<Listed>, 'list'> {
  /** The type of the response message. */
  readonly typeName: string;
  readonly items: readonly Item[];
  readonly toMessage: (item: Item) => Listed;
  /** The encoded response, if its items had to be encoded to know how many fit. */
  readonly bytes: Buffer | undefined;
}

/**
 * A page. It is a message like any other, so that every carrier can take it for one, but its `list` is made when it is
 * read: the gRPC server sends {@link bytes} as they are, and a sync in the same process stores {@link items}.
 */
export class ListResponse<Item, Listed extends Message> implements ListFields<Listed> {
  readonly $typeName: string;
  /** What the connector's listing returned. */
  readonly items: readonly Item[];
  readonly bytes: Buffer | undefined;
  readonly nextPageToken: string;
  readonly annotations: Any[];
  readonly #toMessage: (item: Item) => Listed;
  #list: Listed[] | undefined;

  constructor({ typeName, items, toMessage, bytes, nextPageToken, annotations }: ListResponseInit<Item, Listed>) {
    this.$typeName = typeName;
    this.items = items;
    this.bytes = bytes;
    this.nextPageToken = nextPageToken;
    this.annotations = annotations;
    this.#toMessage = toMessage;
  }

  get list(): Listed[] {
    this.#list ??= this.items.map(this.#toMessage);
    return this.#list;
  }
}
