// From which entitlements others get grants: a graph, whose edges say for which principals.

/** Which grants of a source follow an edge. */
export interface EdgeFilter {
  /** Only grants that principals have directly, not those from an earlier expansion. */
  readonly shallow: boolean;
  /** Only principals of these types; all if undefined. */
  readonly principalTypes: ReadonlySet<string> | undefined;
}

/** An edge that lets through what either of two edges does. */
export function uniteFilters(a: EdgeFilter, b: EdgeFilter): EdgeFilter {
  return {
    shallow: a.shallow && b.shallow,
    principalTypes: a.principalTypes && b.principalTypes && a.principalTypes.union(b.principalTypes),
  };
}

/** Entitlements are numbered from 0 in the order in which they were added. */
export class ExpansionGraph {
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];
  /** The edges into each entitlement, by the number of the source. */
  readonly #sources: Map<number, EdgeFilter>[] = [];

  /** The ids of the entitlements. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** The edges into an entitlement, by the number of the source. */
  sourcesOf(entitlement: number): ReadonlyMap<number, EdgeFilter> {
    return this.#sources[entitlement] ?? noEdges;
  }

  /** Adds an edge. One that was there before is widened. */
  addEdge(sourceId: string, destinationId: string, filter: EdgeFilter): void {
    const destination = this.#numberOf(destinationId);
    const source = this.#numberOf(sourceId);
    const edges = this.#sources[destination] as Map<number, EdgeFilter>;
    const before = edges.get(source);
    edges.set(source, before ? uniteFilters(before, filter) : filter);
  }

  #numberOf(id: string): number {
    let number = this.#numbers.get(id);
    if (number === undefined) {
      number = this.#ids.push(id) - 1;
      this.#numbers.set(id, number);
      this.#sources.push(new Map());
    }
    return number;
  }
}

const noEdges: ReadonlyMap<number, EdgeFilter> = new Map();
