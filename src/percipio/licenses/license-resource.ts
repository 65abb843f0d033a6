// Maps collections and license pools of Percipio to resources of type `license`.
import { create } from '@bufbuild/protobuf';
import { annotation, buildAssignmentEntitlement, buildLicenseResource, entitlementId } from 'baton-connector-sdk';
import { EntitlementImmutableSchema } from '#gen/c1/connector/v2/annotation_entitlement_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import { type Resource, ResourceIdSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { Collection, LicensePool } from '../api/licenses.ts';
import { licenseType, userType } from '../resource-types.ts';

/** The slug of a collection's only entitlement. */
export const consumedSlug = 'consumed';

/** Comes before the id of a pool, since a collection may have the same. */
const poolPrefix = 'pool-';

/** A collection. Reports say who has consumed a license of it; how many seats there are is known of pools alone. */
export function toCollectionResource({ id, name = id }: Collection): Resource {
  return buildLicenseResource({
    type: licenseType,
    id,
    displayName: name,
    description: `Licenses of the collection ${name}`,
    entitlementIds: [consumedId(id)],
  });
}

/**
 * A pool: the seats that were bought for its collections. A user takes one seat, of however many of the collections the
 * user has a license. So the pool has no entitlement of its own: whoever has that of one of its collections has a seat.
 */
export function toPoolResource(pool: LicensePool, collections: readonly Collection[]): Resource {
  const { id, name = id, purchasedSeats, consumedSeats } = pool;
  const own = collections.filter((collection) => pool.collections.some(isReferenceTo(collection)));
  const names = own.map((collection) => collection.name ?? collection.id);
  return buildLicenseResource({
    type: licenseType,
    id: poolPrefix + id,
    displayName: name,
    description: names.length === 0 ? 'License pool' : `License pool of ${names.join(', ')}`,
    purchasedSeats,
    consumedSeats,
    entitlementIds: own.map((collection) => consumedId(collection.id)),
  });
}

/** How many of the collections that a pool names are not among those listed. */
export function countUnknownCollections(pool: LicensePool, collections: readonly Collection[]): number {
  return pool.collections.filter((reference) => !collections.some((each) => isReferenceTo(each)(reference))).length;
}

function isReferenceTo({ id, name }: Collection) {
  return (reference: string) => reference === id || reference === name;
}

/** The entitlements of a license; a pool has none. Immutable: a license is consumed by signing in. */
export function toLicenseEntitlements(license: Resource): Entitlement[] {
  if (license.id?.resource.startsWith(poolPrefix)) return [];
  return [
    buildAssignmentEntitlement({
      resource: license,
      slug: consumedSlug,
      displayName: `License ${license.displayName} ${consumedSlug}`,
      description: `Has consumed a license of ${license.displayName} in Percipio`,
      grantableTo: [userType],
      annotations: [annotation(EntitlementImmutableSchema, create(EntitlementImmutableSchema))],
    }),
  ];
}

function consumedId(collectionId: string): string {
  return entitlementId(
    create(ResourceIdSchema, { resourceType: licenseType.id, resource: collectionId }),
    consumedSlug,
  );
}
