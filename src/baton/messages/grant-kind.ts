// The kind of a grant, by which a sync counts it.

/**
 * Resource type and slug: `course completed`. The slug is the part of an entitlement's id after type and resource.
 * @param resource - The entitlement's.
 */
export function grantKind(
  entitlementId: string,
  { resourceTypeId, resourceId }: { readonly resourceTypeId: string; readonly resourceId: string },
): string {
  return `${resourceTypeId} ${entitlementId.slice(resourceTypeId.length + resourceId.length + 2)}`;
}
