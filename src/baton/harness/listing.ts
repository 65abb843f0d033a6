// The listings of a connector, as one interface: each returns pages of items with ids.
import { create, type DescMessage, type DescMethodUnary, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { type Entitlement, EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { type Grant, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  type Resource,
  type ResourceId,
  ResourceSchema,
  ResourcesService,
  type ResourceType,
  ResourceTypesService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { describeRequest, describeResource } from './describe-call.ts';
import type { Target } from './target.ts';

/** What can be listed. */
export const listedKinds = ['resource types', 'resources', 'static entitlements', 'entitlements', 'grants'] as const;
export type ListedKind = (typeof listedKinds)[number];

export interface PageQuery {
  /** 0 leaves it to the connector, as syncs do. */
  readonly pageSize: number;
  readonly pageToken: string;
  readonly activeSyncId: string;
}

export interface CallPage<Item = unknown> {
  readonly list: readonly Item[];
  readonly nextPageToken: string;
  readonly annotations: readonly Any[];
}

/** One listing: a list call with its request, except for the page. */
export interface ListCall<Item = unknown> {
  readonly kind: ListedKind;
  /** The resource type of its items; empty for the resource types themselves. */
  readonly typeId: string;
  /** Its name in messages: `ListGrants of book b1`. */
  readonly name: string;
  /** Whether it lists for a whole type what is otherwise listed for each resource. */
  readonly isTypeScoped: boolean;
  /** Describes the request for a page: `ListGrants {"resource":"book b1","pageSize":1}`. */
  describe(page: Partial<PageQuery>): string;
  /** @throws ConnectError if the call fails. */
  read(target: Target, page: PageQuery): Promise<CallPage<Item>>;
  /** The id of an item, unique within its kind; undefined for an item without one. */
  idOf(item: Item): string | undefined;
}

export const resourceTypesListing: ListCall<ResourceType> = makeListing({
  kind: 'resource types',
  typeId: '',
  name: 'ListResourceTypes',
  method: ResourceTypesService.method.listResourceTypes,
  request: {},
  idOf: ({ id }) => id || undefined,
});

export function resourcesListing(type: ResourceType, parent?: ResourceId): ListCall<Resource> {
  return makeListing({
    kind: 'resources',
    typeId: type.id,
    name: `ListResources of ${type.id}${parent ? ` below ${describeResource(parent)}` : ''}`,
    method: ResourcesService.method.listResources,
    request: { resourceTypeId: type.id, ...(parent && { parentResourceId: parent }) },
    idOf: ({ id }) => resourceKey(id),
  });
}

export function staticEntitlementsListing(type: ResourceType): ListCall<Entitlement> {
  return makeListing({
    kind: 'static entitlements',
    typeId: type.id,
    name: `ListStaticEntitlements of ${type.id}`,
    method: EntitlementsService.method.listStaticEntitlements,
    request: { resourceTypeId: type.id },
    idOf: ({ slug }) => slug || undefined,
  });
}

export function entitlementsListing(resource: Resource): ListCall<Entitlement> {
  return makeListing({
    ...entitlementsCall,
    typeId: resource.id?.resourceType ?? '',
    name: `ListEntitlements of ${describeResource(resource.id)}`,
    request: { resource },
  });
}

/** All entitlements of a type with TypeScopedEntitlements. */
export function typeEntitlementsListing({ id }: Pick<ResourceType, 'id'>): ListCall<Entitlement> {
  return makeListing({
    ...entitlementsCall,
    typeId: id,
    name: `ListEntitlements of the type ${id}`,
    isTypeScoped: true,
    request: {
      resource: typeStub(id),
      annotations: [anyPack(TypeScopedEntitlementsSchema, create(TypeScopedEntitlementsSchema))],
    },
  });
}

export function grantsListing(resource: Resource): ListCall<Grant> {
  return makeListing({
    ...grantsCall,
    typeId: resource.id?.resourceType ?? '',
    name: `ListGrants of ${describeResource(resource.id)}`,
    request: { resource },
  });
}

/** All grants of a type with TypeScopedGrants. */
export function typeGrantsListing({ id }: Pick<ResourceType, 'id'>): ListCall<Grant> {
  return makeListing({
    ...grantsCall,
    typeId: id,
    name: `ListGrants of the type ${id}`,
    isTypeScoped: true,
    request: {
      resource: typeStub(id),
      annotations: [anyPack(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))],
    },
  });
}

/** A resource's two ids as one string; undefined if one is missing. */
export function resourceKey(id: ResourceId | undefined): string | undefined {
  return id?.resourceType && id.resource ? `${id.resourceType}\n${id.resource}` : undefined;
}

/** The placeholder for a whole type in a type-scoped request: the type's id in both fields. */
function typeStub(id: string): Resource {
  return create(ResourceSchema, { id: { resourceType: id, resource: id } });
}

const entitlementsCall = {
  kind: 'entitlements',
  method: EntitlementsService.method.listEntitlements,
  idOf: ({ id }: Entitlement) => id || undefined,
} as const;

const grantsCall = {
  kind: 'grants',
  method: GrantsService.method.listGrants,
  idOf: ({ id }: Grant) => id || undefined,
} as const;

interface ListingInit<Item, Input extends DescMessage, Output extends DescMessage>
  extends Omit<ListCall<Item>, 'read' | 'describe' | 'isTypeScoped'> {
  readonly method: DescMethodUnary<Input, Output>;
  readonly request: MessageInitShape<Input>;
  readonly isTypeScoped?: boolean;
}

function makeListing<Item, Input extends DescMessage, Output extends DescMessage>({
  method,
  request,
  isTypeScoped = false,
  ...listing
}: ListingInit<Item, Input, Output>): ListCall<Item> {
  return {
    ...listing,
    isTypeScoped,
    // All list methods have the same page fields.
    describe: (page) => describeRequest(method, { ...request, ...page } as MessageInitShape<Input>),
    read: async (target, page) =>
      (await target.call(method, { ...request, ...page } as MessageInitShape<Input>)) as unknown as CallPage<Item>,
  };
}
