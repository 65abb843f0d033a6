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
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import { messageCodec } from './list-codec.ts';
import type { PageCache } from './page-cache.ts';
import type { ResourceSyncers } from './resource-syncers.ts';
import { servePage } from './serve-page.ts';

const entitlementCodec = messageCodec(EntitlementsServiceListEntitlementsResponseSchema);
const staticCodec = messageCodec(EntitlementsServiceListStaticEntitlementsResponseSchema);
const check = checkExclusionGroups;

export function createEntitlementsService(syncers: ResourceSyncers, cache: PageCache): ServiceEntry {
  return serviceEntry(EntitlementsService, {
    listEntitlements: async (fields, call) => {
      const { listing, request, key } = syncers.findScoped(fields, {
        call: 'list entitlements',
        ofResource: (syncer) => syncer.entitlements,
        ofType: (syncer) => syncer.entitlementsOfType,
        typeScope: TypeScopedEntitlementsSchema,
      });
      return listing
        ? await servePage({ listing, codec: entitlementCodec, request, fields, key, check }, call, cache)
        : {};
    },
    listStaticEntitlements: async (fields, call) => {
      const { resourceTypeId } = fields;
      const listing = syncers.get(resourceTypeId, 'list static entitlements').staticEntitlements;
      const key = `list static entitlements of ${resourceTypeId}`;
      return listing
        ? await servePage({ listing, codec: staticCodec, request: {}, fields, key, check }, call, cache)
        : {};
    },
  });
}

/** An entitlement belongs to at most one exclusion group: the Go SDK rejects a second one in the same way. */
function checkExclusionGroups({ id, annotations }: Entitlement): void {
  if (annotations.filter((annotation) => anyIs(annotation, EntitlementExclusionGroupSchema)).length > 1) {
    throw new ServiceError(Code.InvalidArgument, `entitlement ${id} is in more than one exclusion group`, {
      reason: 'several_exclusion_groups',
    });
  }
}
