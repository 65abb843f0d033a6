// Checks the grants that a connector lists: that they are complete, and refer to types that the sync knows.
import { type DescMessage, fromBinary } from '@bufbuild/protobuf';
import { type Any, anyIs, anyPack } from '@bufbuild/protobuf/wkt';
import {
  ExternalResourceMatchAllSchema,
  ExternalResourceMatchIDSchema,
  ExternalResourceMatchSchema,
} from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { type GrantExpandable, GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import { isMessage, type ListedGrant } from '../messages/grant.ts';
import { whyNotSynced } from './accept-resources.ts';
import type { SyncContext } from './sync-context.ts';

/** Annotations of a grant whose principal stands for resources of another file. */
const matchSchemas: readonly DescMessage[] = [
  ExternalResourceMatchAllSchema,
  ExternalResourceMatchSchema,
  ExternalResourceMatchIDSchema,
];

/**
 * The grants of a listing that the sync stores. Others are counted: incomplete ones, and those that refer to types that are
 * not synced, as in the Go syncer (pkg/sync/ingest_filter.go of baton-sdk v0.25.0). The types that an expansion is limited
 * to lose those that are not synced; an expansion to none is dropped.
 * @throws ServiceError INTERNAL if a grant's GrantExpandable cannot be read.
 */
export function acceptGrants(grants: readonly ListedGrant[], context: SyncContext): readonly ListedGrant[] {
  const { observer } = context;
  const complete = grants.filter(isComplete);
  if (complete.length < grants.length) {
    observer.countSkipped('grants without an id, an entitlement or a principal', grants.length - complete.length);
  }
  const types = context.referableTypes();
  if (!types) return complete;
  const accepted = complete.filter((grant) => refersTo(grant, types));
  if (accepted.length < complete.length) {
    observer.countSkipped(`grants of types ${whyNotSynced(context)}`, complete.length - accepted.length);
  }
  return accepted.map((grant) => (isMessage(grant) ? limitExpansion(grant, types, context) : grant));
}

/** Whether the principal of a grant stands for resources of another file. */
export function hasExternalMatch({ annotations }: Pick<Grant, 'annotations'>): boolean {
  return annotations.some((any) => matchSchemas.some((schema) => anyIs(any, schema)));
}

function isComplete(grant: ListedGrant): boolean {
  const { resourceType, resource } = grant.entitlement?.resource?.id ?? {};
  if (!grant.entitlement?.id || !resourceType || !resource) return false;
  if (!isMessage(grant)) return grant.principalType !== '' && grant.principal !== '';
  const { id, principal } = grant;
  return id !== '' && !!principal?.id?.resourceType && !!principal.id.resource;
}

function refersTo(grant: ListedGrant, types: ReadonlySet<string>): boolean {
  if (!types.has(grant.entitlement?.resource?.id?.resourceType ?? '')) return false;
  return isMessage(grant)
    ? types.has(grant.principal?.id?.resourceType ?? '') || hasExternalMatch(grant)
    : types.has(grant.principalType);
}

function limitExpansion(grant: Grant, types: ReadonlySet<string>, context: SyncContext): Grant {
  if (grant.annotations.length === 0 || hasExternalMatch(grant)) return grant;
  const annotation = grant.annotations.find((any) => anyIs(any, GrantExpandableSchema));
  if (!annotation) return grant;
  const expandable = readExpandable(annotation, grant);
  const resourceTypeIds = expandable.resourceTypeIds.filter((id) => types.has(id));
  const dropped = expandable.resourceTypeIds.length - resourceTypeIds.length;
  if (dropped === 0) return grant;
  context.observer.countSkipped(`expansions to types ${whyNotSynced(context)}`, dropped);
  const annotations = grant.annotations.filter((any) => !anyIs(any, GrantExpandableSchema));
  // No types would mean all types.
  if (resourceTypeIds.length > 0) {
    annotations.push(anyPack(GrantExpandableSchema, { ...expandable, resourceTypeIds }));
  }
  return { ...grant, annotations };
}

function readExpandable({ value }: Any, { id }: Grant): GrantExpandable {
  try {
    return fromBinary(GrantExpandableSchema, value);
  } catch (error) {
    throw new ServiceError(
      Code.Internal,
      `the GrantExpandable annotation of grant ${id} is malformed - likely a connector bug`,
      { reason: 'malformed_annotation', cause: error },
    );
  }
}
