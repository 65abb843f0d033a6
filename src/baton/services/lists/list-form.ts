// How what a listing answers becomes the list of a response.
import type { Message } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { type Grant, GrantsServiceListGrantsResponseSchema } from '#gen/c1/connector/v2/grant_pb.js';
import type { PlainGrant } from '../../author/connector.ts';
import { type PutItems, putMessages } from '../../encode/encode-fitting.ts';
import { putGrants } from '../../encode/encode-grant.ts';
import type { ListSchema } from '../../encode/encode-message.ts';
import { toGrant } from '../../messages/grant.ts';

/** The fields that all list responses have in common. */
export interface ListResponse<Listed> {
  list: Listed[];
  nextPageToken: string;
  annotations: Any[];
}

export interface ListForm<Item, Listed extends Message> {
  /** The response; its list is field 1. */
  readonly response: ListSchema<Listed>;
  toMessage(item: Item): Listed;
  readonly put: PutItems<Item>;
}

/** For listings that answer messages. */
export function messageForm<Listed extends Message>(response: ListSchema<Listed>): ListForm<Listed, Listed> {
  return { response, toMessage: (message) => message, put: putMessages(response) };
}

export const grantForm: ListForm<Grant | PlainGrant, Grant> = {
  response: GrantsServiceListGrantsResponseSchema,
  toMessage: toGrant,
  put: putGrants,
};
