// Writes resource types, resources and entitlements.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  type Entitlement,
  EntitlementSchema,
  EntitlementsServiceListEntitlementsResponseSchema,
} from '#gen/c1/connector/v2/entitlement_pb.js';
import {
  type Resource,
  ResourceSchema,
  ResourcesServiceListResourcesResponseSchema,
  type ResourceType,
  ResourceTypeSchema,
  ResourceTypesServiceListResourceTypesResponseSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import { batches, encodeList } from '../../encode/encode-message.ts';
import { resourceKey } from './schema.ts';

/** As in the Go SDK: writing a row again replaces only its message. */
const onConflict = 'on conflict (external_id, sync_id) do update set data = excluded.data';

/** The resource types, resources and entitlements of one run. Of several with the same id the last one is kept. */
export class RecordTables {
  readonly #syncId: string;
  readonly #resourceType: StatementSync;
  readonly #resource: StatementSync;
  readonly #entitlement: StatementSync;

  constructor(db: DatabaseSync, syncId: string) {
    this.#syncId = syncId;
    this.#resourceType = db.prepare(`insert into v1_resource_types (external_id, data, sync_id, discovered_at)
      values (?, ?, ?, ?) ${onConflict}`);
    this.#resource = db.prepare(`insert into v1_resources (resource_type_id, external_id, parent_resource_type_id,
      parent_resource_id, data, sync_id, discovered_at) values (?, ?, ?, ?, ?, ?, ?) ${onConflict}`);
    this.#entitlement = db.prepare(`insert into v1_entitlements (resource_type_id, resource_id, external_id, data,
      sync_id, discovered_at) values (?, ?, ?, ?, ?, ?) ${onConflict}`);
  }

  putResourceTypes(resourceTypes: Iterable<ResourceType>, discoveredAt: string): void {
    for (const batch of batches(resourceTypes)) {
      const data = encodeList(ResourceTypeSchema, ResourceTypesServiceListResourceTypesResponseSchema, batch);
      for (const [i, { id }] of batch.entries()) {
        this.#resourceType.run(id, data[i] as Uint8Array, this.#syncId, discoveredAt);
      }
    }
  }

  putResources(resources: Iterable<Resource>, discoveredAt: string): void {
    for (const batch of batches(resources)) {
      const data = encodeList(ResourceSchema, ResourcesServiceListResourcesResponseSchema, batch);
      for (const [i, { id, parentResourceId }] of batch.entries()) {
        this.#resource.run(
          id?.resourceType ?? '',
          resourceKey(id?.resourceType ?? '', id?.resource ?? ''),
          parentResourceId?.resourceType ?? null,
          parentResourceId?.resource ?? null,
          data[i] as Uint8Array,
          this.#syncId,
          discoveredAt,
        );
      }
    }
  }

  putEntitlements(entitlements: Iterable<Entitlement>, discoveredAt: string): void {
    for (const batch of batches(entitlements)) {
      const data = encodeList(EntitlementSchema, EntitlementsServiceListEntitlementsResponseSchema, batch);
      for (const [i, { id, resource }] of batch.entries()) {
        this.#entitlement.run(
          resource?.id?.resourceType ?? '',
          resource?.id?.resource ?? '',
          id,
          data[i] as Uint8Array,
          this.#syncId,
          discoveredAt,
        );
      }
    }
  }
}
