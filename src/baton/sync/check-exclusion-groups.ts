// Checks the exclusion groups of a sync before its file is saved: readers rely on their rules.
import { fromBinary } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import {
  type EntitlementExclusionGroup,
  EntitlementExclusionGroupSchema,
} from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import type { RecordReader } from '../c1z/tables/record-reader.ts';

/** How many entitlements a group may have (pkg/sync/ingest_invariants.go of baton-sdk v0.25.0, invariant I5). */
const membersMax = 50;

interface Group {
  readonly resourceTypeId: string;
  defaultId: string | undefined;
  members: number;
}

/**
 * Checks the stored entitlements.
 * @throws ServiceError INTERNAL if a group has two defaults, resources of two types or more than 50 entitlements, or if an
 * annotation cannot be read.
 */
export function checkExclusionGroups(records: RecordReader): void {
  const groups = new Map<string, Group>();
  for (const entitlement of records.entitlementsCarrying(EntitlementExclusionGroupSchema)) {
    const counted = new Set<string>();
    for (const annotation of exclusionGroupsOf(entitlement)) {
      const id = annotation.exclusionGroupId;
      if (id === '') continue;
      const { resourceType = '' } = entitlement.resource?.id ?? {};
      const group = groups.get(id) ?? { resourceTypeId: resourceType, defaultId: undefined, members: 0 };
      groups.set(id, group);
      if (group.resourceTypeId !== resourceType) {
        throw violation(id, `contains entitlements of two resource types, ${group.resourceTypeId} and ${resourceType}`);
      }
      if (annotation.isDefault) {
        group.defaultId ??= entitlement.id;
        if (group.defaultId !== entitlement.id) {
          throw violation(id, `has two default entitlements, ${group.defaultId} and ${entitlement.id}`);
        }
      }
      // An entitlement counts once, however often it names the group.
      if (!counted.has(id)) group.members++;
      counted.add(id);
      if (group.members > membersMax) throw violation(id, `has more than ${membersMax} entitlements`);
    }
  }
}

function* exclusionGroupsOf({ id, annotations }: Entitlement): Generator<EntitlementExclusionGroup> {
  for (const any of annotations) {
    if (!anyIs(any, EntitlementExclusionGroupSchema)) continue;
    try {
      yield fromBinary(EntitlementExclusionGroupSchema, any.value);
    } catch (error) {
      throw new ServiceError(
        Code.Internal,
        `the EntitlementExclusionGroup annotation of entitlement ${id} is malformed - likely a connector bug`,
        { reason: 'malformed_annotation', cause: error },
      );
    }
  }
}

function violation(id: string, fault: string): ServiceError {
  return new ServiceError(Code.Internal, `exclusion group ${id} ${fault} - likely a connector bug`, {
    reason: 'exclusion_group',
  });
}
