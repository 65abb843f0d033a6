import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { EntitlementExclusionGroupSchema } from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import { EntitlementSchema, EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { singlePage } from '../../../../src/baton/author/connector.ts';
import { annotation, packAnnotations } from '../../../../src/baton/messages/resource.ts';
import { testFault } from '../judge-connector.ts';
import { changeService } from '../plant-fault.ts';
import { bookType, borrowed, createFullServices, reserved, withSyncer } from '../sound-connector.ts';

type Group = MessageInitShape<typeof EntitlementExclusionGroupSchema>;

const inGroups = (...groups: Group[]) =>
  packAnnotations(
    groups.map((group) =>
      annotation(
        EntitlementExclusionGroupSchema,
        create(EntitlementExclusionGroupSchema, { exclusionGroupId: 'loan', ...group }),
      ),
    ),
  );

/** Each book has this many entitlements in a group. */
const withMembers = (count: number, groupOf: (member: number) => Group) => () =>
  createFullServices(
    withSyncer({
      type: bookType,
      entitlements: singlePage(async ({ resource }) => [
        borrowed(resource),
        ...Array.from({ length: count }, (_, member) =>
          create(EntitlementSchema, {
            resource,
            id: `book:${resource.id?.resource}:${member}`,
            annotations: inGroups(groupOf(member)),
          }),
        ),
      ]),
    }),
  );

const withTemplate = (group: Group) => () =>
  createFullServices(
    withSyncer({
      type: bookType,
      staticEntitlements: singlePage(async () => [
        create(EntitlementSchema, { ...reserved, annotations: inGroups(group) }),
      ]),
    }),
  );

testFault(
  'exclusion-groups: 48 members are not too many',
  {},
  withMembers(16, () => ({})),
);
testFault(
  'exclusion-groups: 51 members',
  { 'exclusion-groups': /the exclusion group "loan" has 51 members/ },
  withMembers(17, () => ({})),
);
testFault(
  'exclusion-groups: two defaults',
  { 'exclusion-groups': /the exclusion group "loan" has 3 defaults/ },
  withMembers(2, (member) => ({ isDefault: member === 0 })),
);
testFault(
  'exclusion-groups: of two resource types',
  { 'exclusion-groups': /the exclusion group "clubs" spans the resource types book, club/ },
  withMembers(1, () => ({ exclusionGroupId: 'clubs' })),
);
testFault(
  'exclusion-groups: a template that is the default of each book',
  { 'exclusion-groups': /"loan" has 3 defaults/ },
  withTemplate({ isDefault: true }),
);
testFault(
  'exclusion-groups: a template that is the default of each book in a group of its own',
  {},
  withTemplate({ isDefault: true, scopeToResource: true }),
);
testFault(
  'exclusion-groups: an entitlement in two',
  { 'exclusion-groups': /the entitlement "book:b0:borrowed" is in 2 exclusion groups/ },
  () =>
    changeService(createFullServices(), EntitlementsService, ({ listEntitlements }) => ({
      listEntitlements: async (request, context) =>
        request.resource?.id?.resource === 'b0'
          ? { list: [{ ...borrowed(request.resource), annotations: inGroups({}, { exclusionGroupId: 'other' }) }] }
          : await listEntitlements(request, context),
    })),
);
