// Loads the graph of the expansion from the grants that ask for it.
import { fromBinary } from '@bufbuild/protobuf';
import { GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import type { ExpansionRows, PendingExpansion } from '../../c1z/tables/expansion-rows.ts';
import { ExpansionGraph } from './expansion-graph.ts';

/**
 * Loads one edge per grant and source entitlement.
 * @param onUnknown - Called for a source that is not in the file: its edge is left out.
 * @throws {ServiceError} INTERNAL if a source does not belong to the principal of the grant.
 */
export function loadGraph(rows: ExpansionRows, onUnknown: (entitlementId: string) => void): ExpansionGraph {
  const graph = new ExpansionGraph();
  for (const pending of rows.pending()) {
    const { entitlementIds, shallow, resourceTypeIds } = fromBinary(GrantExpandableSchema, pending.expansion);
    const principalTypes = resourceTypeIds.length === 0 ? undefined : new Set(resourceTypeIds);
    for (const sourceId of entitlementIds) {
      const source = rows.entitlement(sourceId);
      if (!source) {
        onUnknown(sourceId);
        continue;
      }
      const { principalTypeId, principalId } = pending;
      if (source.resourceTypeId !== principalTypeId || source.resourceId !== principalId) {
        throw principalMismatch(pending, sourceId, `${source.resourceTypeId} ${source.resourceId}`);
      }
      graph.addEdge(sourceId, pending.entitlementId, { shallow, principalTypes });
    }
  }
  return graph;
}

function principalMismatch(grant: PendingExpansion, sourceId: string, resource: string): ServiceError {
  const { externalId, principalTypeId, principalId } = grant;
  return new ServiceError(
    Code.Internal,
    `source entitlement resource id did not match grant principal id: grant ${externalId} of ${principalTypeId} ${principalId} expands ${sourceId}, an entitlement of ${resource} - likely a connector bug`,
    { reason: 'expansion_principal_mismatch' },
  );
}
