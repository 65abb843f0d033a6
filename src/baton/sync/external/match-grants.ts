// Ties grants that name their principal by a property to the resources of another file that have it.
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  ExternalResourceMatchAllSchema,
  ExternalResourceMatchIDSchema,
  ExternalResourceMatchSchema,
} from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { type GrantExpandable, GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import { type Resource, ResourceType_Trait } from '#gen/c1/connector/v2/resource_pb.js';
import { type NamedResource, parseEntitlementBid } from '../../config/parse-resource-bid.ts';
import { entitlementId } from '../../messages/entitlement.ts';
import { grantId } from '../../messages/grant.ts';
import { hasExternalMatch } from '../accept-grants.ts';
import type { SyncContext } from '../sync-context.ts';
import { withAnnotation } from './external-resources.ts';
import type { PrincipalIndex } from './principal-index.ts';

/** A stored grant that is to be tied to others' principals. */
interface Carrier {
  readonly rowId: number;
  readonly grant: Grant;
  readonly expandable: GrantExpandable | undefined;
}

/**
 * Replaces each stored grant with an external match by one for each matching principal, and removes it if there is none
 * (pkg/sync of baton-sdk v0.25.0). The memory this takes depends on the number of such grants.
 */
export function matchGrants(index: PrincipalIndex, context: SyncContext): void {
  const { store, observer } = context;
  const carriers = readCarriers(context);
  const carrierIds = new Set(carriers.map(({ grant }) => grant.id));
  const kept = new Set<string>();
  for (const carrier of carriers) {
    const grants = [...matches(carrier, index, context)];
    for (const { id } of grants) if (carrierIds.has(id)) kept.add(id);
    if (grants.length === 0) observer.countSkipped('grants that match no resource of the external file');
    store.putGrants(grants);
  }
  store.deleteGrants(carriers.filter(({ grant }) => !kept.has(grant.id)).map(({ rowId }) => rowId));
}

function readCarriers({ store }: SyncContext): readonly Carrier[] {
  return Array.from(store.records.grantRowsNaming('c1.connector.v2.ExternalResourceMatch'), (row) => ({
    rowId: row.rowId,
    grant: row.message,
    expandable: row.expansion && fromBinary(GrantExpandableSchema, row.expansion),
  })).filter(({ grant }) => hasExternalMatch(grant));
}

function* matches({ grant, expandable }: Carrier, index: PrincipalIndex, context: SyncContext): Generator<Grant> {
  const all = unpack(grant, ExternalResourceMatchAllSchema);
  if (all) {
    for (const principal of index.all(all.resourceType)) yield tie(grant, principal);
    return;
  }
  const byId = unpack(grant, ExternalResourceMatchIDSchema);
  const withId = byId && index.withId(byId.id);
  if (withId) yield expand(tie(grant, withId), grant, expandable, context);
  const byValue = unpack(grant, ExternalResourceMatchSchema);
  if (!byValue) return;
  const { resourceType: trait, key, value } = byValue;
  for (const principal of index.withValue(trait, key, value)) {
    const tied = tie(grant, principal);
    // What users have is not expanded.
    yield trait === ResourceType_Trait.USER ? tied : expand(tied, grant, expandable, context);
  }
}

/** The grant, to another principal. */
function tie(grant: Grant, principal: Resource): Grant {
  const { resourceType = '', resource = '' } = principal.id ?? {};
  const { entitlement } = grant;
  return { ...grant, principal, id: entitlement ? grantId(entitlement, resourceType, resource) : grant.id };
}

/** Lets a tied grant expand from the same entitlements of its new principal, as far as they exist. */
function expand(
  tied: Grant,
  { principal }: Grant,
  expandable: GrantExpandable | undefined,
  context: SyncContext,
): Grant {
  if (!expandable) return tied;
  const entitlementIds = expandable.entitlementIds.flatMap((bid) => {
    const source = parseEntitlementBid(bid);
    if (!source || !isSame(source, principal)) return [];
    const id = entitlementId(tied.principal?.id, source.slug);
    if (context.store.records.entitlement(id)) return [id];
    context.observer.countSkipped('expansions from entitlements that the external file lacks');
    return [];
  });
  return {
    ...tied,
    annotations: withAnnotation(tied.annotations, GrantExpandableSchema, {
      entitlementIds,
      shallow: expandable.shallow,
      resourceTypeIds: expandable.resourceTypeIds,
    }),
  };
}

function isSame({ id, parentResourceId }: NamedResource, resource: Resource | undefined): boolean {
  const parent = resource?.parentResourceId;
  return (
    id.resourceType === resource?.id?.resourceType &&
    id.resource === resource.id.resource &&
    parentResourceId?.resourceType === parent?.resourceType &&
    parentResourceId?.resource === parent?.resource
  );
}

function unpack<Desc extends DescMessage>({ annotations }: Grant, desc: Desc): MessageShape<Desc> | undefined {
  const any = annotations.find((each) => anyIs(each, desc));
  return any && anyUnpack(any, desc);
}
