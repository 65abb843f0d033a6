// Requests the first page of type-scoped grants while resources are still being listed.
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { GrantsServiceListGrantsResponse } from '#gen/c1/connector/v2/grant_pb.js';
import type { ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { ConnectorClients } from '../client/connector-clients.ts';
import { isTypeScoped, typeScoped } from './list-scopes.ts';

type GrantsPage = GrantsServiceListGrantsResponse;

/**
 * An application may need minutes before it can return the first grant, for example if it has to create a report. So it
 * starts now, while resources are listed. The grants step continues from the page token of the prefetched page.
 */
export class PrefetchedGrants {
  readonly #pages = new Map<string, Promise<GrantsPage>>();
  readonly #abort = new AbortController();

  /**
   * @param types - Only type-scoped ones are prefetched.
   * @param connect - Makes clients whose calls a signal aborts.
   */
  constructor(
    types: readonly ResourceType[],
    connect: (signal: AbortSignal) => ConnectorClients,
    { signal, syncId }: { readonly signal: AbortSignal; readonly syncId: string },
  ) {
    const { grants } = connect(AbortSignal.any([signal, this.#abort.signal]));
    for (const type of types) {
      if (!isTypeScoped(type, TypeScopedGrantsSchema)) {
        continue;
      }
      const page = grants.listGrants({ ...typeScoped(type, TypeScopedGrantsSchema), activeSyncId: syncId });
      // The grants step reports a failure. If it never comes to that, the failure must not end the process.
      page.catch(() => {});
      this.#pages.set(type.id, page);
    }
  }

  /** The first page of a type's grants, if it was prefetched. */
  firstPageOf({ id }: ResourceType): Promise<GrantsPage> | undefined {
    return this.#pages.get(id);
  }

  /** Aborts the requests that are still running. */
  close(): void {
    this.#abort.abort();
  }
}
