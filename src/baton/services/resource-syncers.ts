// Finds the syncer of a resource type, or says that there is none.
import type { ResourceSyncer } from '../connector.ts';
import { Code, ServiceError } from '../service-error.ts';

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
