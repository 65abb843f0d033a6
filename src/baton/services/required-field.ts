// Refuses requests that lack what they cannot do without.
import type { ResourceId } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';

/** @throws ServiceError INVALID_ARGUMENT that names the field by its path in the request. */
export function requireField<Value>(value: Value | undefined, path: string): Value {
  if (value === undefined) {
    throw new ServiceError(Code.InvalidArgument, `${path} is required`, { reason: 'missing_field' });
  }
  return value;
}

/** An id with both of its parts. The rules of the wire check those too; calls in the same process do without them. */
export function requireResourceId(id: ResourceId | undefined, path: string): ResourceId {
  const given = requireField(id, path);
  requireField(given.resourceType || undefined, `${path}.resource_type`);
  requireField(given.resource || undefined, `${path}.resource`);
  return given;
}
