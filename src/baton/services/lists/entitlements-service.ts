// EntitlementsService: what can be granted on a resource.
import { anyIs } from '@bufbuild/protobuf/wkt';
import { EntitlementExclusionGroupSchema } from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import {
  type Entitlement,
  EntitlementsService,
  EntitlementsServiceListEntitlementsResponseSchema,
  EntitlementsServiceListStaticEntitlementsResponseSchema,
} from '#gen/c1/connector/v2/entitlement_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { toConnectorContext } from '../call-context.ts';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import { messageCodec } from './list-codec.ts';
import type { PageCache } from './page-cache.ts';
import type { ResourceSyncers } from './resource-syncers.ts';
import { servePage } from './serve-page.ts';

const entitlementCodec = messageCodec(EntitlementsServiceListEntitlementsResponseSchema);
const staticCodec = messageCodec(EntitlementsServiceListStaticEntitlementsResponseSchema);

export function createEntitlementsService(syncers: ResourceSyncers, cache: PageCache): ServiceEntry {
  return serviceEntry(EntitlementsService, {
    listEntitlements: async ({ resource, pageSize, pageToken, activeSyncId, annotations }, call) => {
      if (!resource) {
        throw new ServiceError(Code.InvalidArgument, 'resource: list entitlements requires a resource', {
          reason: 'resource_required',
        });
      }
      const { resourceType, resource: id } = resource.id ?? { resourceType: '', resource: '' };
      const syncer = syncers.get(resourceType, 'list entitlements');
      const isTypeScoped = annotations.some((any) => anyIs(any, TypeScopedEntitlementsSchema));
      const listing = isTypeScoped ? syncer.entitlementsOfType : syncer.entitlements;
      if (!listing) {
        if (isTypeScoped) {
          throw new ServiceError(
            Code.InvalidArgument,
            `annotations: TypeScopedEntitlements is not supported by resource type ${resourceType}`,
            { reason: 'no_type_scope' },
          );
        }
        return {};
      }
      const key = `list entitlements of ${resourceType} ${isTypeScoped ? 'as a type' : id}`;
      const context = toConnectorContext(call, activeSyncId);
      return await servePage(
        {
          listing,
          codec: entitlementCodec,
          request: { resource },
          pageSize,
          pageToken,
          key,
          check: checkExclusionGroups,
        },
        call,
        context,
        cache,
      );
    },
    listStaticEntitlements: async ({ resourceTypeId, pageSize, pageToken, activeSyncId }, call) => {
      const listing = syncers.get(resourceTypeId, 'list static entitlements').staticEntitlements;
      if (!listing) {
        return {};
      }
      const key = `list static entitlements of ${resourceTypeId}`;
      const context = toConnectorContext(call, activeSyncId);
      return await servePage(
        { listing, codec: staticCodec, request: {}, pageSize, pageToken, key, check: checkExclusionGroups },
        call,
        context,
        cache,
      );
    },
  });
}

/** An entitlement belongs to at most one exclusion group: the Go SDK refuses a second one in the same way. */
function checkExclusionGroups({ id, annotations }: Entitlement): void {
  if (annotations.filter((annotation) => anyIs(annotation, EntitlementExclusionGroupSchema)).length > 1) {
    throw new ServiceError(Code.InvalidArgument, `entitlement ${id} is in more than one exclusion group`, {
      reason: 'several_exclusion_groups',
    });
  }
}
