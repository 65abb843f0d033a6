import { create } from '@bufbuild/protobuf';
import { z } from 'zod';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { type Listing, listing } from '../../../../src/baton/author/connector.ts';
import type { Context } from '../../../../src/baton/author/context.ts';
import { testFault } from '../judge-connector.ts';
import {
  bookType,
  borrowed,
  createFullServices,
  grantsOfBook,
  readers,
  readerType,
  withSyncer,
} from '../sound-connector.ts';

/** A listing of one page that differs between syncs. */
function perSync<Item, Request>(items: (request: Request, context: Context) => Item[]): Listing<Item, Request> {
  return listing<Item, Request, never>(z.never(), async (request, _token, context) => ({
    items: items(request, context),
  }));
}

testFault(
  'resource-ids-stable: a reader whose id is made anew',
  { 'resource-ids-stable': /^1 resources were in the first walk but not in the second: "reader r-\w+"\n1 resources/ },
  () =>
    createFullServices(
      withSyncer({
        type: readerType,
        list: perSync((_request, { syncId }) => [
          ...readers,
          create(ResourceSchema, {
            id: { resourceType: 'reader', resource: `r-${syncId}` },
            annotations: readers[0]?.annotations ?? [],
          }),
        ]),
      }),
    ),
);

testFault(
  'entitlement-ids-stable: an entitlement whose id is made anew',
  { 'entitlement-ids-stable': /^3 entitlements .*"book:b0:\w+", "book:b1:\w+", "book:b2:\w+"\n3 entitlements/ },
  () =>
    createFullServices(
      withSyncer({
        type: bookType,
        entitlements: perSync(({ resource }, { syncId }) => [
          borrowed(resource),
          create(EntitlementSchema, { id: `book:${resource.id?.resource}:${syncId}`, resource }),
        ]),
      }),
    ),
);

testFault(
  'grant-ids-stable: grants whose ids are made anew',
  { 'grant-ids-stable': /^21 grants were in the first walk but not in the second: (".+", ){3}…\n21 grants/ },
  () =>
    createFullServices(
      withSyncer({
        type: bookType,
        grants: perSync(({ resource }, { syncId }) =>
          grantsOfBook(resource).map((grant) => create(GrantSchema, { ...grant, id: `${grant.id}:${syncId}` })),
        ),
      }),
    ),
);
