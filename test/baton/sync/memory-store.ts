// A SyncStore in memory, to see what a sync writes.
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { StoredResource, SyncStore } from '../../../src/baton/sync/sync-store.ts';

export class MemoryStore implements SyncStore {
  readonly syncId = '2abcdefghijklmnopqrstuvwxyz';
  readonly resourceTypes: ResourceType[] = [];
  readonly resources: Resource[] = [];
  readonly entitlements: Entitlement[] = [];
  readonly grants: Grant[] = [];

  putResourceTypes(resourceTypes: readonly ResourceType[]): void {
    this.resourceTypes.push(...resourceTypes);
  }

  putResources(resources: readonly Resource[]): void {
    this.resources.push(...resources);
  }

  putEntitlements(entitlements: readonly Entitlement[]): void {
    this.entitlements.push(...entitlements);
  }

  putGrants(grants: readonly Grant[]): void {
    this.grants.push(...grants);
  }

  listResources(resourceTypeId: string, afterRowId: number, limit: number): StoredResource[] {
    return this.resources
      .map((resource, index) => ({ rowId: index + 1, resource }))
      .filter(({ rowId, resource }) => rowId > afterRowId && resource.id?.resourceType === resourceTypeId)
      .slice(0, limit);
  }
}
