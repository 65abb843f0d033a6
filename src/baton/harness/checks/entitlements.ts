// Checks of entitlements: those of resources, and the templates of types.
import { create } from '@bufbuild/protobuf';
import { type Entitlement, EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { notApplicable, type Seen, type WalkCheck } from '../check.ts';
import { describeResource, quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { resourceKey } from '../listing.ts';
import { References } from '../references.ts';

const noEntitlements = 'no listing returns entitlements';
const noTemplates = 'ListStaticEntitlements returns no templates';

const entitlementsValid: WalkCheck = {
  id: 'entitlements-valid',
  title: 'Entitlements have an id and a resource, and texts within the limits',
  watch: ({ limits }) => {
    const findings = new Findings();
    let count = 0;
    return {
      entitlement: (entitlement, { listing }) => {
        count++;
        const violation =
          limits(EntitlementSchema, entitlement) ?? (entitlement.resource?.id ? undefined : 'resource.id: is not set');
        if (violation) {
          findings.add(() => `${listing.name} returned ${quote(entitlement.id)} with ${violation}`);
        }
      },
      end: () => (count === 0 ? notApplicable(noEntitlements) : findings.result()),
    };
  },
};

const entitlementIdsUnique: WalkCheck = {
  id: 'entitlement-ids-unique',
  title: 'No two entitlements have the same id',
  watch: ({ walked }) => {
    const findings = new Findings();
    return {
      entitlement: ({ id }, { listing, isNew }) => {
        if (!isNew && id !== '') {
          findings.add(() => `${listing.name} returned ${quote(id)}, which was returned before`);
        }
      },
      end: () => (walked.totalOf('entitlements') === 0 ? notApplicable(noEntitlements) : findings.result()),
    };
  },
};

const entitlementResourcesResolve: WalkCheck = {
  id: 'entitlement-resources-resolve',
  title: 'The resources of entitlements are listed',
  watch: ({ walked }) => {
    const references = new References((key) => walked.ids.resources.has(key));
    return {
      entitlement: ({ id, resource }, { listing }) => {
        const key = resourceKey(resource?.id);
        if (key !== undefined) {
          references.add(
            key,
            () =>
              `${listing.name} returned ${quote(id)} on ${describeResource(resource?.id)}, which ListResources does not return`,
          );
        }
      },
      end: () => references.result(walked.incomplete.get('resources'), noEntitlements),
    };
  },
};

const grantableTypesExist: WalkCheck = {
  id: 'grantable-types-exist',
  title: 'The types that entitlements can be granted to are listed resource types',
  watch: ({ walked }) => {
    const types = new References((id) => walked.hasType(id));
    const look = (name: string, { grantableTo }: Entitlement, { listing }: Seen) => {
      for (const { id } of grantableTo) {
        types.add(
          id,
          () => `${listing.name} returned ${name}, grantable to ${quote(id)}, which ListResourceTypes does not return`,
        );
      }
    };
    return {
      template: (template, seen) => look(`the template ${quote(template.slug)}`, template, seen),
      entitlement: (entitlement, seen) => look(quote(entitlement.id), entitlement, seen),
      end: () => types.result(walked.incomplete.get('resource types'), 'no entitlement says who can have it'),
    };
  },
};

const staticEntitlementsValid: WalkCheck = {
  id: 'static-entitlements-valid',
  title: 'Templates of ListStaticEntitlements have unique slugs, and texts within the limits',
  watch: ({ limits, walked }) => {
    const findings = new Findings();
    const seen = new Set<string>();
    return {
      template: (template, { listing }) => {
        // The sync generates the id and sets the resource.
        const resource = create(ResourceSchema, { id: { resourceType: 'type', resource: 'resource' } });
        const expanded = create(EntitlementSchema, { ...template, id: 'id', resource });
        const key = `${listing.typeId}\n${template.slug}`;
        const violation =
          limits(EntitlementSchema, expanded) ??
          (template.slug === '' ? 'slug: is empty' : seen.has(key) ? 'slug: was returned before' : undefined);
        if (violation) {
          findings.add(() => `${listing.name} returned the template ${quote(template.slug)} with ${violation}`);
        }
        seen.add(key);
      },
      end: () => (walked.templates.size === 0 ? notApplicable(noTemplates) : findings.result()),
    };
  },
};

export const entitlementChecks = [
  entitlementsValid,
  entitlementIdsUnique,
  entitlementResourcesResolve,
  grantableTypesExist,
  staticEntitlementsValid,
];
