// Looks up the syncer of a resource type.
import type { DescMessage } from '@bufbuild/protobuf';
import { type Any, anyIs } from '@bufbuild/protobuf/wkt';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { Listing, ResourceRequest, ResourceSyncer } from '../../author/connector.ts';
import { Code, ServiceError } from '../../author/service-error.ts';

/** The syncers of a connector by the id of their resource type. */
export class ResourceSyncers {
  readonly all: readonly ResourceSyncer[];
  readonly #byType: ReadonlyMap<string, ResourceSyncer>;

  constructor(syncers: readonly ResourceSyncer[]) {
    this.all = syncers;
    this.#byType = new Map(syncers.map((syncer) => [syncer.type.id, syncer]));
    if (this.#byType.size !== syncers.length) {
      throw new Error('two resource types of the connector have the same id');
    }
    for (const { type, entitlementsOfType, grantsOfType } of syncers) {
      checkTypeScope(type, TypeScopedEntitlementsSchema, entitlementsOfType);
      checkTypeScope(type, TypeScopedGrantsSchema, grantsOfType);
    }
  }

  find(resourceTypeId: string): ResourceSyncer | undefined {
    return this.#byType.get(resourceTypeId);
  }

  /** @throws ServiceError NOT_FOUND for an id that is not a type of this connector. */
  get(resourceTypeId: string, call: string): ResourceSyncer {
    const syncer = this.#byType.get(resourceTypeId);
    if (!syncer) {
      const known = [...this.#byType.keys()].join(', ');
      throw new ServiceError(
        Code.NotFound,
        `${call} with unknown resource type ${JSON.stringify(resourceTypeId)}; this connector has: ${known}`,
        { reason: 'unknown_resource_type' },
      );
    }
    return syncer;
  }

  /**
   * What a request lists: the entitlements or grants of its resource or, with the annotation `typeScope`, of the whole
   * type of the resource. There is no listing if the type has no entitlements or grants.
   * @throws ServiceError INVALID_ARGUMENT for a request without a resource, or for a type that cannot be listed whole.
   */
  findScoped<Item>(
    { resource, annotations }: { readonly resource?: Resource | undefined; readonly annotations: readonly Any[] },
    { call, ofResource, ofType, typeScope }: ScopedCall<Item>,
  ) {
    if (!resource) {
      throw new ServiceError(Code.InvalidArgument, `resource: ${call} requires a resource`, {
        reason: 'resource_required',
      });
    }
    const { resourceType, resource: id } = resource.id ?? { resourceType: '', resource: '' };
    const syncer = this.get(resourceType, call);
    const isTypeScoped = annotations.some((any) => anyIs(any, typeScope));
    const listing: Listing<Item, ResourceRequest> | undefined = isTypeScoped ? ofType(syncer) : ofResource(syncer);
    if (isTypeScoped && !listing) {
      throw new ServiceError(
        Code.InvalidArgument,
        `annotations: ${typeScope.name} is not supported by resource type ${resourceType}`,
        { reason: 'no_type_scope' },
      );
    }
    return { listing, request: { resource }, key: `${call} of ${resourceType} ${isTypeScoped ? 'as a type' : id}` };
  }
}

/** Which listing of a syncer a call is for. */
interface ScopedCall<Item> {
  /** As texts name the call: `list grants`. */
  readonly call: string;
  readonly ofResource: (syncer: ResourceSyncer) => Listing<Item, ResourceRequest> | undefined;
  readonly ofType: (syncer: ResourceSyncer) => Listing<Item, object> | undefined;
  /** The annotation that asks for a whole type. */
  readonly typeScope: DescMessage;
}

/** A sync relies on the annotation: a type that carries it without an enumeration would lose its grants. */
function checkTypeScope({ id, annotations }: ResourceType, annotation: DescMessage, enumeration: unknown): void {
  const isDeclared = annotations.some((any) => anyIs(any, annotation));
  if (isDeclared !== (enumeration !== undefined)) {
    throw new Error(
      isDeclared
        ? `resource type ${id} carries ${annotation.name} but has no enumeration for it`
        : `resource type ${id} has an enumeration but lacks the annotation ${annotation.name}`,
    );
  }
}
