// Resources that a connector does not list, but names in the entitlements of its grants (InsertResourceGrants).
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { InsertResourceGrantsSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { type ListedGrant, toGrant } from '../messages/grant.ts';
import { hasId, whyNotSynced } from './accept-resources.ts';
import type { SyncContext } from './sync-context.ts';
import { carries } from './sync-step.ts';

const mark = anyPack(InsertResourceGrantsSchema, create(InsertResourceGrantsSchema));

/**
 * Stores the resources of the grants of a response with InsertResourceGrants, unless their type is not synced. Each grant
 * gets the annotation too, as in the Go syncer (pkg/sync of baton-sdk v0.25.0): readers look for it there.
 * @returns The grants that have a resource.
 * @throws ServiceError INTERNAL if a resource is reserved, see {@link hasId}.
 */
export function insertResources(listed: readonly ListedGrant[], context: SyncContext): readonly Grant[] {
  const { store, observer } = context;
  const types = context.referableTypes();
  const grants = listed.map(toGrant).filter(({ entitlement }) => hasId(entitlement?.resource));
  if (grants.length < listed.length) {
    observer.countSkipped('grants without a resource to insert', listed.length - grants.length);
  }
  const inserted = new Map<string, Resource>();
  for (const { entitlement } of grants) {
    const { resourceType = '', resource: id = '' } = entitlement?.resource?.id ?? {};
    if (!entitlement?.resource) continue;
    if (!types || types.has(resourceType)) inserted.set(`${resourceType}\n${id}`, entitlement.resource);
    else observer.countSkipped(`resources inserted by grants, of types ${whyNotSynced(context)}`);
  }
  if (inserted.size > 0) store.putResources(inserted.values());
  return grants.map((grant) =>
    carries(grant, InsertResourceGrantsSchema) ? grant : { ...grant, annotations: [...grant.annotations, mark] },
  );
}
