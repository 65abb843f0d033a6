// Turns a grant into the columns of its row.
import { fromBinary } from '@bufbuild/protobuf';
import { type GrantExpandable, GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import { encodeGrant } from '../../encode/encode-grant.ts';
import { encodeMessage } from '../../encode/encode-message.ts';

/** A row of `v1_grants`, encoded. Absent ids are empty strings. */
export interface GrantRow {
  /** The grant's id. */
  readonly externalId: string;
  readonly entitlementId: string;
  /** The entitlement's resource. */
  readonly resourceTypeId: string;
  readonly resourceId: string;
  readonly principalTypeId: string;
  readonly principalId: string;
  /** The grant without a `GrantExpandable` annotation, encoded as {@link encodeMessage} does. */
  readonly data: Uint8Array;
  /** The `GrantExpandable` annotation, encoded; null for a grant that is not expanded. */
  readonly expansion: Uint8Array | null;
}

const expandableType = GrantExpandableSchema.typeName;

/**
 * Makes the row of a grant. A `GrantExpandable` annotation leaves the message: with at least one entitlement id that is
 * not blank it goes to the column `expansion`, otherwise it is dropped. One that cannot be decoded stays where it is.
 * @returns A row whose `data` the next call overwrites.
 */
export function toGrantRow(grant: Grant): GrantRow {
  const { id, entitlement, principal } = grant;
  const split = grant.annotations.length === 0 ? undefined : takeExpansion(grant);
  return {
    externalId: id,
    entitlementId: entitlement?.id ?? '',
    resourceTypeId: entitlement?.resource?.id?.resourceType ?? '',
    resourceId: entitlement?.resource?.id?.resource ?? '',
    principalTypeId: principal?.id?.resourceType ?? '',
    principalId: principal?.id?.resource ?? '',
    data: encodeGrant(split?.rest ?? grant),
    expansion: split?.expansion ?? null,
  };
}

/** Splits a grant with a `GrantExpandable` into the rest of it and the annotation. Returns nothing for any other. */
function takeExpansion(grant: Grant): { rest: Grant; expansion: Uint8Array | undefined } | undefined {
  const annotation = grant.annotations.find((any) => isExpandable(any.typeUrl));
  if (!annotation) return undefined;
  let expandable: GrantExpandable;
  try {
    expandable = fromBinary(GrantExpandableSchema, annotation.value);
  } catch {
    return undefined;
  }
  const expands = expandable.entitlementIds.some((id) => id.trim() !== '');
  return {
    rest: { ...grant, annotations: grant.annotations.filter((any) => !isExpandable(any.typeUrl)) },
    expansion: expands ? encodeMessage(GrantExpandableSchema, expandable) : undefined,
  };
}

function isExpandable(typeUrl: string): boolean {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1) === expandableType;
}
