// Checks that list calls reject requests that violate the protocol.

import type { DescMessage } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { type Resource, ResourceSchema, ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import { type CallCheck, notApplicable } from '../check.ts';
import { Findings } from '../findings.ts';
import {
  entitlementsListing,
  grantsListing,
  type ListCall,
  resourcesListing,
  resourceTypesListing,
  staticEntitlementsListing,
  typeEntitlementsListing,
  typeGrantsListing,
} from '../listing.ts';
import { pageTokenMaxBytes } from '../pages.ts';
import { expectRefusals, nonexistentName, type Refusable, refusable, refusablePage } from '../refusals.ts';
import { explainEarlierSdk } from '../sdk-version.ts';
import type { Session } from '../session.ts';

/**
 * A check that all requests are rejected with one code.
 * @param explainAbsence - Why the connector need not do so, if there is a reason.
 */
function refusalCheck(
  id: string,
  title: string,
  code: Code,
  requests: (session: Session) => readonly Refusable[],
  explainAbsence: (session: Session) => string | undefined = () => undefined,
): CallCheck {
  return {
    id,
    title,
    judge: async (session) => {
      const absence = explainAbsence(session);
      if (absence !== undefined) {
        return notApplicable(absence);
      }
      const findings = new Findings();
      await expectRefusals(requests(session), [code], session, findings);
      return findings.result();
    },
  };
}

const pageSizeLimit = refusalCheck(
  'page-size-limit',
  'Every list call rejects a page_size of 251 with INVALID_ARGUMENT',
  Code.InvalidArgument,
  (session) => eachListing(session).map((listing) => refusablePage(listing, session, { pageSize: 251 })),
);

const pageTokenLimit = refusalCheck(
  'page-token-limit',
  `Every list call rejects a page_token of more than ${pageTokenMaxBytes} bytes with INVALID_ARGUMENT`,
  Code.InvalidArgument,
  (session) =>
    eachListing(session).map((listing) =>
      refusablePage(listing, session, { pageToken: 'x'.repeat(pageTokenMaxBytes + 1) }),
    ),
);

const longId = 'x'.repeat(1025);

const idLimit = refusalCheck(
  'id-limit',
  'Every list call rejects ids that are empty or longer than 1024 bytes with INVALID_ARGUMENT',
  Code.InvalidArgument,
  ({ walked }) => {
    const [{ id: resourceType } = { id: nonexistentName }] = walked.types;
    return ['', longId].flatMap((id) => {
      const resource = create(ResourceSchema, { id: { resourceType, resource: id } });
      return [
        refusable(ResourcesService.method.listResources, { resourceTypeId: id }),
        refusable(EntitlementsService.method.listStaticEntitlements, { resourceTypeId: id }),
        refusable(EntitlementsService.method.listEntitlements, { resource }),
        refusable(GrantsService.method.listGrants, { resource }),
      ];
    });
  },
);

const syncIdLimit = refusalCheck(
  'sync-id-limit',
  'An active_sync_id of more than 1024 bytes is rejected with INVALID_ARGUMENT',
  Code.InvalidArgument,
  (session) => [
    ...eachListing(session).map((listing) => refusablePage(listing, session, { activeSyncId: longId })),
    refusable(ConnectorService.method.cleanup, { activeSyncId: longId }),
  ],
);

const resourceRequired = refusalCheck(
  'resource-required',
  'ListEntitlements and ListGrants without a resource are rejected with INVALID_ARGUMENT',
  Code.InvalidArgument,
  () => [refusable(EntitlementsService.method.listEntitlements, {}), refusable(GrantsService.method.listGrants, {})],
  // Earlier ones return NOT_FOUND for ListEntitlements.
  explainEarlierSdk,
);

const unknownTypeNotFound = refusalCheck(
  'unknown-type-not-found',
  'List calls for a nonexistent resource type return NOT_FOUND',
  Code.NotFound,
  () => {
    const resource = create(ResourceSchema, { id: { resourceType: nonexistentName, resource: nonexistentName } });
    return [
      refusable(ResourcesService.method.listResources, { resourceTypeId: nonexistentName }),
      refusable(EntitlementsService.method.listStaticEntitlements, { resourceTypeId: nonexistentName }),
      refusable(EntitlementsService.method.listEntitlements, { resource }),
      refusable(GrantsService.method.listGrants, { resource }),
    ];
  },
);

const typeScopeRefused: CallCheck = {
  id: 'type-scope-refused',
  title: 'Type-scoped requests for a type without that annotation are rejected with INVALID_ARGUMENT',
  judge: async (session) => {
    const earlier = explainEarlierSdk(session);
    if (earlier !== undefined) {
      return notApplicable(earlier);
    }
    const typesWithout = (annotation: DescMessage) =>
      session.walked.types.filter(({ annotations }) => !annotations.some((any) => anyIs(any, annotation)));
    const listings: ListCall[] = [
      ...typesWithout(TypeScopedEntitlementsSchema).map(typeEntitlementsListing),
      ...typesWithout(TypeScopedGrantsSchema).map(typeGrantsListing),
    ];
    const requests = listings.map((listing) => refusablePage(listing, session, {}));
    const findings = new Findings();
    await expectRefusals(requests, [Code.InvalidArgument], session, findings);
    return listings.length === 0 ? notApplicable('all resource types are type-scoped') : findings.result();
  },
};

/** One listing for each list call. */
function eachListing({ walked }: Session): readonly ListCall[] {
  const [type] = walked.types;
  if (!type) {
    return [resourceTypesListing];
  }
  const resource: Resource =
    walked.firstResources.values().next().value ??
    create(ResourceSchema, { id: { resourceType: type.id, resource: nonexistentName } });
  return [
    resourceTypesListing,
    resourcesListing(type),
    staticEntitlementsListing(type),
    entitlementsListing(resource),
    grantsListing(resource),
  ];
}

export const invalidRequestChecks = [
  pageSizeLimit,
  pageTokenLimit,
  idLimit,
  syncIdLimit,
  resourceRequired,
  unknownTypeNotFound,
  typeScopeRefused,
];
