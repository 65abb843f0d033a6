// Checks of resources.
import type { DescMessage } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import {
  AppTraitSchema,
  GroupTraitSchema,
  RoleTraitSchema,
  SecretTraitSchema,
  UserTraitSchema,
} from '#gen/c1/connector/v2/annotation_trait_pb.js';
import { ResourceSchema, ResourceType_Trait } from '#gen/c1/connector/v2/resource_pb.js';
import { notApplicable, type WalkCheck } from '../check.ts';
import { describeResource } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { IdSet } from '../id-set.ts';
import { type ListCall, resourceKey } from '../listing.ts';
import { References } from '../references.ts';

/** The traits that a sync requires as a message of the resource (pkg/sync of baton-sdk v0.25.0). */
const requiredTraits: readonly (readonly [ResourceType_Trait, DescMessage])[] = [
  [ResourceType_Trait.USER, UserTraitSchema],
  [ResourceType_Trait.GROUP, GroupTraitSchema],
  [ResourceType_Trait.ROLE, RoleTraitSchema],
  [ResourceType_Trait.APP, AppTraitSchema],
  [ResourceType_Trait.SECRET, SecretTraitSchema],
];

const resourcesValid: WalkCheck = {
  id: 'resources-valid',
  title: 'Resources have ids, and texts within the limits',
  watch: ({ limits }) => {
    const findings = new Findings();
    return {
      resource: (resource, { listing }) => {
        const violation = resource.id ? limits(ResourceSchema, resource) : 'id: is not set';
        if (violation) {
          findings.add(() => `${listing.name} returned ${describeResource(resource.id)} with ${violation}`);
        }
      },
      end: () => findings.result(),
    };
  },
};

const resourceTypesMatch: WalkCheck = {
  id: 'resource-types-match',
  title: 'ListResources returns only resources of the requested type',
  watch: () => {
    const findings = new Findings();
    return {
      resource: ({ id }, { listing }) => {
        if (id && id.resourceType !== listing.typeId) {
          findings.add(() => `${listing.name} returned ${describeResource(id)}`);
        }
      },
      end: () => findings.result(),
    };
  },
};

const resourceTraitsPresent: WalkCheck = {
  id: 'resource-traits-present',
  title: 'Resources carry the user, group, role, app or secret trait that their type declares',
  watch: ({ walked }) => {
    const findings = new Findings();
    const required = new Map<string, readonly DescMessage[]>();
    return {
      resourceType: ({ id, traits }) => {
        const schemas = requiredTraits.filter(([trait]) => traits.includes(trait)).map(([, schema]) => schema);
        if (schemas.length > 0) {
          required.set(id, schemas);
        }
      },
      resource: ({ id, annotations }, { listing }) => {
        for (const schema of required.get(listing.typeId) ?? []) {
          if (!annotations.some((any) => anyIs(any, schema))) {
            findings.add(() => `${listing.name} returned ${describeResource(id)} without ${schema.name}`);
          }
        }
      },
      end: () => {
        const isTried = [...required.keys()].some((id) => walked.countOf('resources', id) > 0);
        return isTried ? findings.result() : notApplicable('no resource has a type with such a trait');
      },
    };
  },
};

const resourcesListedOnce: WalkCheck = {
  id: 'resources-listed-once',
  title: 'No listing returns a resource twice',
  watch: () => {
    const findings = new Findings();
    // Per listing: a resource may appear again below another parent.
    const seen = new WeakMap<ListCall, IdSet>();
    return {
      resource: ({ id }, { listing }) => {
        const ids = seen.get(listing) ?? new IdSet();
        seen.set(listing, ids);
        const key = resourceKey(id);
        if (key !== undefined && !ids.add(key)) {
          findings.add(() => `${listing.name} returned ${describeResource(id)} twice`);
        }
      },
      end: () => findings.result(),
    };
  },
};

const resourceParentsResolve: WalkCheck = {
  id: 'resource-parents-resolve',
  title: 'The parents of resources are listed',
  watch: ({ walked }) => {
    const parents = new References((key) => walked.ids.resources.has(key));
    return {
      resource: ({ id, parentResourceId }, { listing }) => {
        if (parentResourceId) {
          parents.add(
            resourceKey(parentResourceId) ?? '',
            () =>
              `${listing.name} returned ${describeResource(id)} with the parent ${describeResource(parentResourceId)}, which no listing returned`,
          );
        }
      },
      end: () => parents.result(walked.incomplete.get('resources'), 'no resource has a parent'),
    };
  },
};

export const resourceChecks = [
  resourcesValid,
  resourceTypesMatch,
  resourceTraitsPresent,
  resourcesListedOnce,
  resourceParentsResolve,
];
