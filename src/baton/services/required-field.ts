// Rejects requests that lack a required field.
import type { ResourceId } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';

/**
 * Returns a field. Validation has checked the fields that the rules of the protocol require; of those, this only narrows
 * the type.
 * @throws ServiceError INVALID_ARGUMENT that names the path of a missing field
 */
export function requireField<Value>(value: Value | undefined, path: string): Value {
  if (value === undefined) {
    throw new ServiceError(Code.InvalidArgument, `${path} is required`, { reason: 'missing_field' });
  }
  return value;
}

/** Returns an id that has both parts. */
export function requireResourceId(id: ResourceId | undefined, path: string): ResourceId {
  const given = requireField(id, path);
  requireField(given.resourceType || undefined, `${path}.resource_type`);
  requireField(given.resource || undefined, `${path}.resource`);
  return given;
}
