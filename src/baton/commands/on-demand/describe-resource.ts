// A resource in the results of on-demand jobs.
import type { JsonObject } from '@bufbuild/protobuf';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';

/** For people: `user u1 (Ada Lovelace)`. */
export function describeResource({ id, displayName }: Resource): string {
  return `${id?.resourceType} ${id?.resource}${displayName ? ` (${displayName})` : ''}`;
}

/** For scripts. */
export function toResourceRecord({ id, displayName }: Resource): JsonObject {
  return { resource_type: id?.resourceType ?? '', resource: id?.resource ?? '', display_name: displayName };
}
