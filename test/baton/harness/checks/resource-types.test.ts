import { create } from '@bufbuild/protobuf';
import { ChildResourceTypeSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import {
  type ResourceType,
  ResourceType_Trait,
  ResourceTypeSchema,
  ResourceTypesService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { singlePage } from '../../../../src/baton/author/connector.ts';
import { annotation, buildResource } from '../../../../src/baton/messages/resource.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { testFault } from '../judge-connector.ts';
import { changeService } from '../plant-fault.ts';
import {
  books,
  bookType,
  changeCapabilities,
  createFullServices,
  soundConnector,
  withSyncer,
} from '../sound-connector.ts';

const withTypes = (change: (list: ResourceType[]) => ResourceType[], services = createFullServices()) =>
  changeService(services, ResourceTypesService, ({ listResourceTypes }) => ({
    listResourceTypes: async (request, context) => {
      const { list = [] } = await listResourceTypes(request, context);
      return { list: change(list.map((type) => create(ResourceTypeSchema, type))) };
    },
  }));

testFault('resource-types-present: none', { 'resource-types-present': /empty list/ }, () => {
  const onlyLists = createConnectorServices(soundConnector, { provisioning: false, ticketing: false });
  return changeCapabilities(
    withTypes(() => [], onlyLists),
    (capabilities) => {
      capabilities.resourceTypeCapabilities = [];
    },
  );
});

testFault('resource-type-ids-unique: one twice', { 'resource-type-ids-unique': /the id "reader" twice/ }, () =>
  withTypes((list) => [...list, ...list.slice(0, 1)]),
);

const withBookType = (change: Partial<ResourceType>) => () =>
  createFullServices(withSyncer({ type: create(ResourceTypeSchema, { ...bookType, ...change }) }));

testFault(
  'resource-types-valid: a trait twice',
  { 'resource-types-valid': /"book" with traits: / },
  withBookType({ traits: [ResourceType_Trait.VENDOR, ResourceType_Trait.VENDOR] }),
);
testFault(
  'resource-types-valid: a trait that does not exist',
  { 'resource-types-valid': /"book" with traits\[0\]: / },
  withBookType({ traits: [99 as ResourceType_Trait] }),
);
testFault(
  'resource-types-valid: a trait that says nothing',
  { 'resource-types-valid': /TRAIT_UNSPECIFIED/ },
  withBookType({ traits: [ResourceType_Trait.UNSPECIFIED] }),
);
testFault(
  'resource-types-valid: a description that is too long',
  { 'resource-types-valid': /"book" with description: / },
  withBookType({ description: 'x'.repeat(4097) }),
);

testFault('child-types-exist: children of an unknown type', { 'child-types-exist': /book b9.*"ghost"/ }, () => {
  const mark = annotation(ChildResourceTypeSchema, create(ChildResourceTypeSchema, { resourceTypeId: 'ghost' }));
  const book = buildResource({ type: bookType, id: 'b9', displayName: 'Book 9', annotations: [mark] });
  return createFullServices(withSyncer({ type: bookType, list: singlePage(async () => [...books, book]) }));
});
