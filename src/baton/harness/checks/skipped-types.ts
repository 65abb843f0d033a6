// The check of types whose entitlements and grants a sync skips.
import type { DescMessage } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { SkipEntitlementsAndGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { type CallCheck, notApplicable } from '../check.ts';
import { Findings } from '../findings.ts';
import { entitlementsListing, grantsListing } from '../listing.ts';

const skippedTypesAnswerNone: CallCheck = {
  id: 'skipped-types-answer-none',
  title: 'Types with SkipEntitlementsAndGrants have none, since no sync would see them',
  judge: async ({ walked, target, syncId: activeSyncId }) => {
    const findings = new Findings();
    let tried = 0;
    for (const { id, annotations } of walked.types) {
      const resource = walked.firstResources.get(id);
      const carries = (schema: DescMessage) => annotations.some((any) => anyIs(any, schema));
      // A sync asks for a type-scoped type even if it skips some.
      const isTypeScoped = carries(TypeScopedEntitlementsSchema) || carries(TypeScopedGrantsSchema);
      if (!resource || isTypeScoped || !carries(SkipEntitlementsAndGrantsSchema)) {
        continue;
      }
      tried++;
      for (const listing of [entitlementsListing(resource), grantsListing(resource)]) {
        // The error does not matter, since no sync makes this call.
        const page = await listing.read(target, { pageSize: 0, pageToken: '', activeSyncId }).catch(() => undefined);
        if (page && page.list.length > 0) {
          findings.add(`${listing.name} returned ${page.list.length} ${listing.kind}, but the type ${id} skips them`);
        }
      }
    }
    return tried === 0 ? notApplicable('no resource has such a type') : findings.result();
  },
};

export const skippedTypeChecks = [skippedTypesAnswerNone];
