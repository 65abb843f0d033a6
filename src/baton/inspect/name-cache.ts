// Keeps what resources are called, within bounds.
import type { ResourceKey, ResourceRef } from './resource-view.ts';

interface CacheLimits {
  /** So many names are kept for good, from the first on. Default: 100,000, some 20 MB. */
  readonly kept?: number;
  /** The most further names: enough for grants in the order of their people, or of their resources. Default: 5000. */
  readonly recent?: number;
}

/** Grants come back to the same people again and again: to drop those for others would lose more than it gains. */
export class NameCache {
  readonly #kept = new Names();
  readonly #recent = new Names();
  readonly #limits: Required<CacheLimits>;

  constructor({ kept = 100_000, recent = 5000 }: CacheLimits = {}) {
    this.#limits = { kept, recent };
  }

  get(key: ResourceKey): ResourceRef | undefined {
    return this.#kept.get(key) ?? this.#recent.get(key);
  }

  /** Adds one that is not there. */
  add(ref: ResourceRef): void {
    const isKept = this.#kept.size < this.#limits.kept;
    if (!isKept && this.#recent.size === this.#limits.recent) this.#recent.clear();
    (isKept ? this.#kept : this.#recent).add(ref);
  }
}

/** By type, then by id: a key of both would be one more string for each name. */
class Names {
  readonly #byType = new Map<string, Map<string, ResourceRef>>();
  size = 0;

  get({ type, id }: ResourceKey): ResourceRef | undefined {
    return this.#byType.get(type)?.get(id);
  }

  add(ref: ResourceRef): void {
    const names = this.#byType.get(ref.type);
    if (names) names.set(ref.id, ref);
    else this.#byType.set(ref.type, new Map([[ref.id, ref]]));
    this.size++;
  }

  clear(): void {
    this.#byType.clear();
    this.size = 0;
  }
}
