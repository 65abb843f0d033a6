// Finds the syncer of a resource type, or says that there is none.
import type { DescMessage } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { ResourceSyncer } from '../../author/connector.ts';
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
  get(resourceTypeId: string, asked: string): ResourceSyncer {
    const syncer = this.#byType.get(resourceTypeId);
    if (!syncer) {
      const known = [...this.#byType.keys()].join(', ');
      throw new ServiceError(
        Code.NotFound,
        `${asked} with unknown resource type ${JSON.stringify(resourceTypeId)}; this connector has: ${known}`,
        { reason: 'unknown_resource_type' },
      );
    }
    return syncer;
  }
}

/** A syncer goes by the annotation alone: a type that promises an enumeration and has none would lose its grants. */
function checkTypeScope({ id, annotations }: ResourceType, annotation: DescMessage, enumeration: unknown): void {
  const isPromised = annotations.some((any) => anyIs(any, annotation));
  if (isPromised !== (enumeration !== undefined)) {
    throw new Error(
      isPromised
        ? `resource type ${id} carries ${annotation.name} and has no enumeration for it`
        : `resource type ${id} has an enumeration that needs the annotation ${annotation.name}`,
    );
  }
}
