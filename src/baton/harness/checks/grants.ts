// Checks of grants.
import { anyIs } from '@bufbuild/protobuf/wkt';
import {
  ExternalResourceMatchAllSchema,
  ExternalResourceMatchIDSchema,
  ExternalResourceMatchSchema,
} from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { GrantExpandableSchema, InsertResourceGrantsSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { type Grant, GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { notApplicable, type WalkCheck } from '../check.ts';
import { describeResource, quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { IdSet } from '../id-set.ts';
import { resourceKey } from '../listing.ts';
import { References } from '../references.ts';
import { unpack } from '../unpack.ts';

const noGrants = 'no listing returns grants';

const grantsValid: WalkCheck = {
  id: 'grants-valid',
  title: 'Grants have an id, an entitlement with its resource and a principal, and texts within the limits',
  watch: ({ limits, walked }) => {
    const findings = new Findings();
    return {
      grant: (grant, { listing }) => {
        const violation = limits(GrantSchema, grant) ?? missingId(grant);
        if (violation) {
          findings.add(() => `${listing.name} returned ${quote(grant.id)} with ${violation}`);
        }
      },
      end: () => (walked.totalOf('grants') === 0 ? notApplicable(noGrants) : findings.result()),
    };
  },
};

const grantIdsUnique: WalkCheck = {
  id: 'grant-ids-unique',
  title: 'No two grants have the same id',
  watch: ({ walked }) => {
    const findings = new Findings();
    return {
      grant: ({ id }, { listing, isNew }) => {
        if (!isNew && id !== '') {
          findings.add(() => `${listing.name} returned ${quote(id)}, which was returned before`);
        }
      },
      end: () => (walked.totalOf('grants') === 0 ? notApplicable(noGrants) : findings.result()),
    };
  },
};

const grantEntitlementsResolve: WalkCheck = {
  id: 'grant-entitlements-resolve',
  title: 'The entitlements of grants are listed',
  watch: ({ walked }) => {
    const lost = new Findings();
    return {
      grant: ({ id, entitlement }, { listing }) => {
        if (entitlement?.resource?.id && !walked.hasEntitlement(entitlement)) {
          lost.add(
            () =>
              `${listing.name} returned ${quote(id)} of the entitlement ${quote(entitlement.id)}, which is not listed`,
          );
        }
      },
      end: () => {
        const incomplete = walked.incomplete.get('entitlements') ?? walked.incomplete.get('static entitlements');
        if (walked.totalOf('grants') === 0) {
          return notApplicable(noGrants);
        }
        return lost.count > 0 && incomplete !== undefined
          ? notApplicable(`some name unlisted entitlements, but ${incomplete}`)
          : lost.result();
      },
    };
  },
};

const grantResourcesResolve: WalkCheck = {
  id: 'grant-resources-resolve',
  title: 'The resources in the entitlements of grants are listed, or inserted by the response',
  watch: ({ walked }) => {
    const references = new References((key) => walked.ids.resources.has(key));
    let inserts = false;
    return {
      page: ({ annotations }) => {
        inserts = annotations.some((any) => anyIs(any, InsertResourceGrantsSchema));
      },
      grant: ({ id, entitlement, annotations }, { listing }) => {
        const key = resourceKey(entitlement?.resource?.id);
        const isInserted = inserts || annotations.some((any) => anyIs(any, InsertResourceGrantsSchema));
        if (key !== undefined && !isInserted) {
          references.add(
            key,
            () =>
              `${listing.name} returned ${quote(id)} on ${describeResource(entitlement?.resource?.id)}, which ListResources does not return`,
          );
        }
      },
      end: () => references.result(walked.incomplete.get('resources'), noGrants),
    };
  },
};

/** Annotations that name a principal of another connector, which the sync looks up. */
const matches = [ExternalResourceMatchSchema, ExternalResourceMatchAllSchema, ExternalResourceMatchIDSchema];

const grantPrincipalsResolve: WalkCheck = {
  id: 'grant-principals-resolve',
  title: 'The principals of grants are listed, unless they are to be matched with resources of another connector',
  watch: ({ walked }) => {
    const references = new References((key) => walked.ids.resources.has(key));
    return {
      grant: ({ id, principal, annotations }, { listing }) => {
        const key = resourceKey(principal?.id);
        if (key !== undefined && !annotations.some((any) => matches.some((match) => anyIs(any, match)))) {
          references.add(
            key,
            () =>
              `${listing.name} returned ${quote(id)} to ${describeResource(principal?.id)}, which ListResources does not return`,
          );
        }
      },
      end: () => references.result(walked.incomplete.get('resources'), noGrants),
    };
  },
};

const expandableGrantsBelong: WalkCheck = {
  id: 'expandable-grants-belong',
  title: 'The entitlements that a grant expands from belong to its principal',
  watch: ({ walked }) => {
    const findings = new Findings();
    const owned = new IdSet();
    let count = 0;
    return {
      entitlement: ({ id, resource }) => void owned.add(`${id}\n${resourceKey(resource?.id)}`),
      grant: ({ id, principal, annotations }, { listing }) => {
        for (const source of annotations.flatMap((any) => readExpandable(any))) {
          count++;
          // A sync skips unknown sources, and fails on those of another principal.
          if (walked.ids.entitlements.has(source) && !owned.has(`${source}\n${resourceKey(principal?.id)}`)) {
            findings.add(
              () =>
                `${listing.name} returned ${quote(id)} to ${describeResource(principal?.id)}, expanding from ${quote(source)}, which is not an entitlement of that principal`,
            );
          }
        }
      },
      end: () => (count === 0 ? notApplicable('no grant is expandable') : findings.result()),
    };
  },
};

function readExpandable(any: Grant['annotations'][number]): readonly string[] {
  return unpack(any, GrantExpandableSchema)?.entitlementIds ?? [];
}

function missingId({ entitlement, principal }: Grant): string | undefined {
  if (!entitlement?.resource?.id) {
    return 'entitlement.resource.id: is not set';
  }
  return principal?.id ? undefined : 'principal.id: is not set';
}

export const grantChecks = [
  grantsValid,
  grantIdsUnique,
  grantEntitlementsResolve,
  grantResourcesResolve,
  grantPrincipalsResolve,
  expandableGrantsBelong,
];
