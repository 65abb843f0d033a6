// The check of types that a sync does not ask for entitlements and grants.
import { anyIs } from '@bufbuild/protobuf/wkt';
import { SkipEntitlementsAndGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { type CallCheck, notApplicable } from '../check.ts';
import { Findings } from '../findings.ts';
import { entitlementsListing, grantsListing } from '../listing.ts';

const skippedTypesAnswerNone: CallCheck = {
  id: 'skipped-types-answer-none',
  title: 'Types with SkipEntitlementsAndGrants have none, for no sync would see them',
  judge: async ({ walked, target, syncId: activeSyncId }) => {
    const findings = new Findings();
    let tried = 0;
    for (const { id, annotations } of walked.types) {
      const resource = walked.firstResources.get(id);
      if (!resource || !annotations.some((any) => anyIs(any, SkipEntitlementsAndGrantsSchema))) {
        continue;
      }
      tried++;
      for (const listing of [entitlementsListing(resource), grantsListing(resource)]) {
        // How it refuses does not matter, for nobody asks.
        const page = await listing.read(target, { pageSize: 0, pageToken: '', activeSyncId }).catch(() => undefined);
        if (page && page.list.length > 0) {
          findings.add(`${listing.name} answered ${page.list.length} ${listing.kind}, and the type ${id} skips them`);
        }
      }
    }
    return tried === 0 ? notApplicable('there is no resource of such a type') : findings.result();
  },
};

export const skippedTypeChecks = [skippedTypesAnswerNone];
