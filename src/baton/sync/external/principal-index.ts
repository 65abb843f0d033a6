// Finds resources of another file by their trait, their id, or a value of their profile.
import type { DescMessage, JsonObject, MessageShape } from '@bufbuild/protobuf';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  AgentTraitSchema,
  AppTraitSchema,
  GroupTraitSchema,
  RoleTraitSchema,
  SecretTraitSchema,
  UserTraitSchema,
} from '#gen/c1/connector/v2/annotation_trait_pb.js';
import { type Resource, ResourceType_Trait } from '#gen/c1/connector/v2/resource_pb.js';
import { traitSchemas } from '../accept-resources.ts';
import { carries } from '../sync-step.ts';
import { foldCase } from './fold-case.ts';

/**
 * An index of copied resources. Values are compared without regard to case. A map is made for each key at its first use:
 * connectors use few.
 */
export class PrincipalIndex {
  readonly #byTrait = new Map<ResourceType_Trait, readonly Resource[]>();
  readonly #byId = new Map<string, Resource>();
  readonly #byKey = new Map<string, ReadonlyMap<string, readonly Resource[]>>();

  constructor(principals: readonly Resource[], traits: ReadonlySet<ResourceType_Trait>) {
    for (const trait of traits) {
      const schema = traitSchemas.get(trait);
      this.#byTrait.set(trait, schema ? principals.filter((principal) => carries(principal, schema)) : []);
    }
    for (const principal of principals) this.#byId.set(principal.id?.resource ?? '', principal);
  }

  /** All resources with a trait; none if the traits of the sync do not include it. */
  all(trait: ResourceType_Trait): readonly Resource[] {
    return this.#byTrait.get(trait) ?? [];
  }

  /** A resource by its id, whatever its type. */
  withId(id: string): Resource | undefined {
    return this.#byId.get(id);
  }

  /** The resources with a trait whose profile has the value; of users, `email` is also any of their addresses. */
  withValue(trait: ResourceType_Trait, key: string, value: string): readonly Resource[] {
    const cacheKey = `${trait} ${key}`;
    let byValue = this.#byKey.get(cacheKey);
    if (!byValue) {
      byValue = this.#indexBy(trait, key);
      this.#byKey.set(cacheKey, byValue);
    }
    return byValue.get(foldCase(value)) ?? [];
  }

  #indexBy(trait: ResourceType_Trait, key: string): ReadonlyMap<string, readonly Resource[]> {
    const index = new Map<string, Resource[]>();
    for (const principal of this.all(trait)) {
      const values = new Set<string>();
      const value = profileOf(principal)?.[key];
      if (typeof value === 'string') values.add(foldCase(value));
      if (trait === ResourceType_Trait.USER && key === 'email') {
        for (const { address } of unpack(principal, UserTraitSchema)?.emails ?? []) values.add(foldCase(address));
      }
      for (const each of values) {
        const found = index.get(each) ?? [];
        found.push(principal);
        index.set(each, found);
      }
    }
    return index;
  }
}

/** The profile of a resource, or of the first of its traits that has one (pkg/types/resource of baton-sdk v0.25.0). */
function profileOf(resource: Resource): JsonObject | undefined {
  return (
    resource.profile ??
    unpack(resource, UserTraitSchema)?.profile ??
    unpack(resource, GroupTraitSchema)?.profile ??
    unpack(resource, RoleTraitSchema)?.profile ??
    unpack(resource, AppTraitSchema)?.profile ??
    unpack(resource, SecretTraitSchema)?.profile ??
    unpack(resource, AgentTraitSchema)?.profile
  );
}

function unpack<Desc extends DescMessage>(resource: Resource, desc: Desc): MessageShape<Desc> | undefined {
  const any = resource.annotations.find((each) => anyIs(each, desc));
  try {
    return any && anyUnpack(any, desc);
  } catch {
    // One that cannot be read matches nothing.
    return undefined;
  }
}
