// A small connector with pages, children and shards, and what a sync of it stores.
import { create, createRegistry, toJson } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { ChildResourceTypeSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import {
  EnqueuePageTokensSchema,
  TypeScopedGrantsSchema,
} from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantSchema, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  ResourceSchema,
  ResourcesService,
  ResourceTypeSchema,
  ResourceTypesService,
} from '#gen/c1/connector/v2/resource_pb.js';
import type { RecordReader } from '../../../src/baton/c1z/tables/record-reader.ts';
import { buildAssignmentEntitlement } from '../../../src/baton/messages/entitlement.ts';
import { buildGrant, entitlementStub } from '../../../src/baton/messages/grant.ts';
import { buildResource } from '../../../src/baton/messages/resource.ts';
import { type ServiceEntry, serviceEntry } from '../../../src/baton/services/service-entry.ts';

const floorType = create(ResourceTypeSchema, { id: 'floor', displayName: 'Floor' });
const roomType = create(ResourceTypeSchema, {
  id: 'room',
  displayName: 'Room',
  annotations: [anyPack(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))],
});
const child = anyPack(ChildResourceTypeSchema, create(ChildResourceTypeSchema, { resourceTypeId: 'room' }));
const floor = (id: string) => ({ ...buildResource({ type: floorType, id, displayName: id }), annotations: [child] });
const room = (id: string) => buildResource({ type: roomType, id, displayName: id });
const shards = anyPack(EnqueuePageTokensSchema, create(EnqueuePageTokensSchema, { pageTokens: ['s1', 's2'] }));
const keyOf = (resource: ReturnType<typeof room>) =>
  buildAssignmentEntitlement({ resource, slug: 'key', displayName: 'Key', description: '', grantableTo: [floorType] });

/** Floors on two pages, with rooms below them; grants of floors one by one, those of rooms at once and in shards. */
export function hotel(beforeCall: () => void): readonly ServiceEntry[] {
  const called =
    <Request, Response>(answer: (request: Request) => Response) =>
    (request: Request) => {
      beforeCall();
      return answer(request);
    };
  return [
    serviceEntry(ConnectorService, { validate: () => ({}), cleanup: () => ({}) }),
    serviceEntry(ResourceTypesService, {
      listResourceTypes: called(({ pageToken }) =>
        pageToken ? { list: [roomType] } : { list: [floorType], nextPageToken: 'second' },
      ),
    }),
    serviceEntry(ResourcesService, {
      listResources: called(({ resourceTypeId, parentResourceId, pageToken }) => {
        if (parentResourceId) return { list: [room(`${parentResourceId.resource}1`)] };
        if (resourceTypeId === 'room') return { list: [] };
        return pageToken ? { list: [floor('2')] } : { list: [floor('1')], nextPageToken: 'second' };
      }),
    }),
    serviceEntry(EntitlementsService, {
      listStaticEntitlements: called(() => ({})),
      listEntitlements: called(({ resource }) => ({ list: resource ? [keyOf(resource)] : [] })),
    }),
    serviceEntry(GrantsService, {
      listGrants: called(({ resource, pageToken }) => {
        const { resourceType, resource: id = '' } = resource?.id ?? {};
        if (resourceType === 'floor') return { list: [buildGrant(entitlementStub(floor(id), 'key'), 'floor', '1')] };
        const list = [buildGrant(entitlementStub(room('11'), 'key'), 'room', pageToken || 'first')];
        return pageToken ? { list } : { list, nextPageToken: 'last', annotations: [shards] };
      }),
    }),
  ];
}

/** What a run has, in the order of its rows. */
export function readRecords(records: RecordReader) {
  const registry = createRegistry(ChildResourceTypeSchema);
  return {
    types: Array.from(records.allResourceTypes(), ({ id }) => id),
    resources: Array.from(records.allResources(), (resource) => toJson(ResourceSchema, resource, { registry })),
    entitlements: Array.from(records.allEntitlements(), ({ id }) => id),
    grants: Array.from(records.allGrants(), (grant) => toJson(GrantSchema, grant, { registry })),
  };
}
