// Asks for the first page of the grants of whole types while resources are still being listed.
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { GrantsServiceListGrantsResponse } from '#gen/c1/connector/v2/grant_pb.js';
import type { ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { ConnectorClients } from '../client/connector-clients.ts';
import { askedAsWhole, isAskedAsWhole } from './list-scopes.ts';

type GrantsPage = GrantsServiceListGrantsResponse;

/**
 * An application may need minutes until it can tell the first grant, as one does that makes a report of them. It is told
 * to begin before the listing of resources, which takes its time too, and goes on from the page token that it answers.
 */
export class EarlyGrants {
  readonly #pages = new Map<string, Promise<GrantsPage>>();
  readonly #abort = new AbortController();

  /**
   * @param types - Only those that are asked as a whole are asked now.
   * @param connect - Makes the clients whose calls a signal aborts.
   */
  constructor(
    types: readonly ResourceType[],
    connect: (signal: AbortSignal) => ConnectorClients,
    { signal, syncId }: { readonly signal: AbortSignal; readonly syncId: string },
  ) {
    const { grants } = connect(AbortSignal.any([signal, this.#abort.signal]));
    for (const type of types) {
      if (!isAskedAsWhole(type, TypeScopedGrantsSchema)) {
        continue;
      }
      const page = grants.listGrants({ ...askedAsWhole(type, TypeScopedGrantsSchema), activeSyncId: syncId });
      // Whoever takes it hears of a failure; without anybody it must not end the process.
      page.catch(() => {});
      this.#pages.set(type.id, page);
    }
  }

  /** The first page of a type's grants, if it was asked for. */
  firstPageOf({ id }: ResourceType): Promise<GrantsPage> | undefined {
    return this.#pages.get(id);
  }

  /** Ends what is still under way. */
  close(): void {
    this.#abort.abort();
  }
}
