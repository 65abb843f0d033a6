// Where a sync writes what it reads: the seam between the sync engine and the file.
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';

/** A resource and its place in the store. */
export interface StoredResource {
  readonly rowId: number;
  readonly resource: Resource;
}

/** One sync run that is being written. What is put twice under one id is kept once, the last one. */
export interface SyncStore {
  readonly syncId: string;
  putResourceTypes(resourceTypes: readonly ResourceType[]): void;
  putResources(resources: readonly Resource[]): void;
  putEntitlements(entitlements: readonly Entitlement[]): void;
  putGrants(grants: readonly Grant[]): void;
  /** The resources put so far of a type, behind `afterRowId`, in the order in which they were put. */
  listResources(resourceTypeId: string, afterRowId: number, limit: number): StoredResource[];
}
