// How the items of a listing become the list of a response: as messages and as bytes.
import type { Message } from '@bufbuild/protobuf';
import { type Grant, GrantsServiceListGrantsResponseSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { type PutItems, putMessages } from '../../encode/encode-fitting.ts';
import type { ListSchema } from '../../encode/encode-message.ts';
import { putGrants } from '../../messages/encode-grants.ts';
import { type ListedGrant, toGrant } from '../../messages/grant.ts';

export interface ListCodec<Item, Listed extends Message> {
  /** The response; its list is field 1. */
  readonly response: ListSchema<Listed>;
  readonly toMessage: (item: Item) => Listed;
  readonly put: PutItems<Item>;
}

/** For listings that return messages. */
export function messageCodec<Listed extends Message>(response: ListSchema<Listed>): ListCodec<Listed, Listed> {
  return { response, toMessage: (message) => message, put: putMessages(response) };
}

export const grantCodec: ListCodec<ListedGrant, Grant> = {
  response: GrantsServiceListGrantsResponseSchema,
  toMessage: toGrant,
  put: putGrants,
};
