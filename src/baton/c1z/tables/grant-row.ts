// Turns grants into the columns of their rows.
import { fromBinary } from '@bufbuild/protobuf';
import { type GrantExpandable, GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { type Grant, GrantSchema, GrantsServiceListGrantsResponseSchema } from '#gen/c1/connector/v2/grant_pb.js';
import type { PlainGrant } from '../../author/connector.ts';
import { batches, encodeList, encodeMessage } from '../../encode/encode-message.ts';
import { encodePlainGrant } from '../../messages/encode-grants.ts';
import { grantId, isMessage, type ListedGrant } from '../../messages/grant.ts';

/** A row of `v1_grants`. Absent ids are empty strings. */
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
 * Makes the rows of grants. A `GrantExpandable` annotation leaves the message: with at least one entitlement id that is
 * not blank it goes to the column `expansion`, otherwise it is dropped. One that cannot be decoded stays where it is.
 * @returns Rows to be written one at a time: the next row may overwrite the `data` of the previous one.
 */
export function* toGrantRows(grants: Iterable<ListedGrant>): Generator<GrantRow> {
  for (const batch of batches(grants)) {
    const messages = batch.filter(isMessage).map(takeExpansion);
    const data = encodeList(
      GrantSchema,
      GrantsServiceListGrantsResponseSchema,
      messages.map(({ grant }) => grant),
    );
    let encoded = 0;
    for (const grant of batch) {
      if (isMessage(grant)) {
        yield messageRow(grant, messages[encoded]?.expansion ?? null, data[encoded] as Uint8Array);
        encoded++;
      } else {
        yield plainRow(grant);
      }
    }
  }
}

function plainRow(grant: PlainGrant): GrantRow {
  const { entitlement, principalType, principal } = grant;
  return {
    externalId: grantId(entitlement, principalType, principal),
    entitlementId: entitlement.id,
    resourceTypeId: entitlement.resource?.id?.resourceType ?? '',
    resourceId: entitlement.resource?.id?.resource ?? '',
    principalTypeId: principalType,
    principalId: principal,
    data: encodePlainGrant(grant),
    expansion: null,
  };
}

function messageRow({ id, entitlement, principal }: Grant, expansion: Uint8Array | null, data: Uint8Array): GrantRow {
  return {
    externalId: id,
    entitlementId: entitlement?.id ?? '',
    resourceTypeId: entitlement?.resource?.id?.resourceType ?? '',
    resourceId: entitlement?.resource?.id?.resource ?? '',
    principalTypeId: principal?.id?.resourceType ?? '',
    principalId: principal?.id?.resource ?? '',
    data,
    expansion,
  };
}

interface SplitGrant {
  /** The grant without the annotation. */
  readonly grant: Grant;
  readonly expansion: Uint8Array | null;
}

/** Takes a `GrantExpandable` out of a grant, if it has one. */
function takeExpansion(grant: Grant): SplitGrant {
  const annotation = grant.annotations.find((any) => isExpandable(any.typeUrl));
  if (!annotation) return { grant, expansion: null };
  let expandable: GrantExpandable;
  try {
    expandable = fromBinary(GrantExpandableSchema, annotation.value);
  } catch {
    return { grant, expansion: null };
  }
  const expands = expandable.entitlementIds.some((id) => id.trim() !== '');
  return {
    grant: { ...grant, annotations: grant.annotations.filter((any) => !isExpandable(any.typeUrl)) },
    expansion: expands ? encodeMessage(GrantExpandableSchema, expandable) : null,
  };
}

function isExpandable(typeUrl: string): boolean {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1) === expandableType;
}
