// The key of a resource's row.

/** `external_id` of a resource: type and id joined with a colon, neither of them escaped. */
export function resourceKey(resourceTypeId: string, resourceId: string): string {
  return `${resourceTypeId}:${resourceId}`;
}
