// Checks of resource types.
import { ChildResourceTypeSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { type ResourceType, ResourceType_Trait, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { failed, notApplicable, passed, type WalkCheck } from '../check.ts';
import { describeResource, quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { unpack } from '../unpack.ts';

const resourceTypesPresent: WalkCheck = {
  id: 'resource-types-present',
  title: 'ListResourceTypes returns at least one resource type',
  watch: ({ walked }) => ({
    end: () => {
      if (walked.types.length > 0) {
        return passed(walked.types.map(({ id }) => id).join(', '));
      }
      return walked.incomplete.has('resource types')
        ? notApplicable('ListResourceTypes failed')
        : failed('ListResourceTypes returned an empty list');
    },
  }),
};

const resourceTypeIdsUnique: WalkCheck = {
  id: 'resource-type-ids-unique',
  title: 'No two resource types have the same id',
  watch: () => {
    const seen = new Set<string>();
    const findings = new Findings();
    return {
      resourceType: ({ id }) => {
        if (seen.has(id)) {
          findings.add(`ListResourceTypes returned the id ${quote(id)} twice`);
        }
        seen.add(id);
      },
      end: () => findings.result(),
    };
  },
};

const resourceTypesValid: WalkCheck = {
  id: 'resource-types-valid',
  title: 'Resource types have ids, known traits without duplicates, and texts within the limits',
  watch: ({ limits }) => {
    const findings = new Findings();
    return {
      resourceType: (type) => {
        const violation = limits(ResourceTypeSchema, type) ?? unspecifiedTrait(type);
        if (violation) {
          findings.add(`ListResourceTypes returned ${quote(type.id)} with ${violation}`);
        }
      },
      end: () => findings.result(),
    };
  },
};

const childTypesExist: WalkCheck = {
  id: 'child-types-exist',
  title: 'The child types that resources declare are listed resource types',
  watch: ({ walked }) => {
    const findings = new Findings();
    let announced = 0;
    return {
      resource: ({ id, annotations }, { listing }) => {
        for (const any of annotations) {
          const child = unpack(any, ChildResourceTypeSchema);
          announced += child ? 1 : 0;
          if (child && !walked.hasType(child.resourceTypeId)) {
            findings.add(
              () =>
                `${listing.name} returned ${describeResource(id)} with children of type ${quote(child.resourceTypeId)}, which ListResourceTypes does not return`,
            );
          }
        }
      },
      end: () => (announced === 0 ? notApplicable('no resource declares child types') : findings.result()),
    };
  },
};

function unspecifiedTrait({ traits }: ResourceType): string | undefined {
  return traits.includes(ResourceType_Trait.UNSPECIFIED) ? 'traits: TRAIT_UNSPECIFIED' : undefined;
}

export const resourceTypeChecks = [resourceTypesPresent, resourceTypeIdsUnique, resourceTypesValid, childTypesExist];
