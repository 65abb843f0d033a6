// Adds to one entitlement the grants that it gets from others.
import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { GrantImmutableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { ExpansionRows, GrantOfEntitlement, StoredEntitlement } from '../../c1z/tables/expansion-rows.ts';
import { GrowingBuffer } from '../../encode/growing-buffer.ts';
import { encodeSource, isDirectGrant, principalField, readSources, replaceSources } from './grant-sources.ts';
import type { ExpansionSource, ExpansionStep } from './plan-expansion.ts';
import { PrincipalMerge } from './principal-merge.ts';

/** The tags of a grant's fields. All are length-delimited. */
const tags = { entitlement: 0x0a, principal: 0x12, id: 0x1a, sources: 0x2a };

/** The grant cannot be revoked as such: it disappears with those that it follows from. */
const immutable = toBinary(
  GrantSchema,
  create(GrantSchema, { annotations: [anyPack(GrantImmutableSchema, create(GrantImmutableSchema))] }),
);

/** A source as it is written into grants. */
interface Contributor extends ExpansionSource {
  readonly key: Buffer;
  readonly direct: Uint8Array;
  readonly indirect: Uint8Array;
}

/** A source that has grants of the current principal. */
interface Contribution {
  readonly source: Contributor;
  /** The first of these grants. */
  readonly grant: GrantOfEntitlement;
  isDirect: boolean;
}

/** One entitlement of a running expansion. */
export class EntitlementExpansion {
  /** How many grants were added so far. */
  added = 0;
  readonly #rows: ExpansionRows;
  readonly #id: string;
  readonly #entitlement: StoredEntitlement;
  readonly #contributors: readonly Contributor[];
  /** The grants of the entitlement itself have number 0, those of its sources follow. */
  readonly #merge: PrincipalMerge;
  /** The part of a grant that is the same for every principal. */
  readonly #encodedEntitlement: Uint8Array;
  readonly #buffer = new GrowingBuffer();

  constructor(rows: ExpansionRows, { entitlementId, sources }: ExpansionStep, entitlement: StoredEntitlement) {
    this.#rows = rows;
    this.#id = entitlementId;
    this.#entitlement = entitlement;
    this.#contributors = sources.map((source) => ({
      ...source,
      key: Buffer.from(source.entitlementId),
      direct: encodeSource(source.entitlementId, true),
      indirect: encodeSource(source.entitlementId, false),
    }));
    this.#encodedEntitlement = new BinaryWriter()
      .tag(tags.entitlement >>> 3, WireType.LengthDelimited)
      .bytes(entitlement.data)
      .finish();
    rows.prepareInsert(sources.map((source) => source.entitlementId));
    this.#merge = new PrincipalMerge(rows, [
      { entitlementId },
      ...sources.map((source) => ({
        entitlementId: source.entitlementId,
        principalTypes: source.filter.principalTypes,
      })),
    ]);
  }

  /**
   * Expands to at most `principals` more principals.
   * @returns Whether there may be others.
   */
  run(principals: number): boolean {
    for (let rest = principals; rest > 0; rest--) {
      if (!this.#merge.advance()) return false;
      this.#expandPrincipal();
    }
    return true;
  }

  #expandPrincipal(): void {
    const { grants, numbers } = this.#merge;
    let own = 0;
    while (numbers[own] === 0) own++;
    const contributions: Contribution[] = [];
    for (let i = own; i < grants.length; i++) {
      this.#contribute(contributions, grants[i] as GrantOfEntitlement, numbers[i] as number);
    }
    const [first] = contributions;
    if (!first) return;
    if (own === 0) this.#add(first.grant, contributions);
    else for (const grant of grants.slice(0, own)) this.#extend(grant, contributions);
  }

  #contribute(contributions: Contribution[], grant: GrantOfEntitlement, number: number): void {
    const source = this.#contributors[number - 1] as Contributor;
    const isDirect = isDirectGrant(grant[3], source.entitlementId);
    if (source.filter.shallow && !isDirect) return;
    const last = contributions.at(-1);
    if (last?.source === source) last.isDirect ||= isDirect;
    else contributions.push({ source, grant, isDirect });
  }

  /** Adds a grant, with the principal as the grant that it follows from describes it. */
  #add([, principalTypeId, principalId, origin]: GrantOfEntitlement, contributions: Contribution[]): void {
    const externalId = `${this.#id}:${principalTypeId}:${principalId}`;
    const buffer = this.#buffer;
    buffer.length = 0;
    buffer.put(this.#encodedEntitlement);
    buffer.put(principalField(origin) ?? encodePrincipal(principalTypeId, principalId));
    const idBytes = Buffer.byteLength(externalId);
    buffer.varint(tags.id);
    buffer.varint(idBytes);
    buffer.reserve(idBytes);
    buffer.length += buffer.bytes.write(externalId, buffer.length);
    buffer.put(immutable);
    if (contributions.length > 1) contributions.sort((a, b) => Buffer.compare(a.source.key, b.source.key));
    const entries = contributions.map(({ source, isDirect }) => (isDirect ? source.direct : source.indirect));
    buffer.varint(tags.sources);
    buffer.varint(entries.reduce((bytes, entry) => bytes + entry.length, 0));
    for (const entry of entries) buffer.put(entry);
    this.#rows.insert({
      externalId,
      entitlementId: this.#id,
      resourceTypeId: this.#entitlement.resourceTypeId,
      resourceId: this.#entitlement.resourceId,
      principalTypeId,
      principalId,
      data: buffer.bytes.subarray(0, buffer.length),
    });
    this.added++;
  }

  /** Adds sources to a grant of the entitlement. It becomes its own source first: the connector listed it. */
  #extend([rowId, , , data]: GrantOfEntitlement, contributions: readonly Contribution[]): void {
    const sources = readSources(data);
    let isChanged = sources.size === 0;
    if (isChanged) sources.set(this.#id, true);
    for (const { source, isDirect } of contributions) {
      const before = sources.get(source.entitlementId);
      if (before === undefined || (isDirect && !before)) {
        sources.set(source.entitlementId, isDirect);
        isChanged = true;
      }
    }
    if (isChanged) this.#rows.replaceData(rowId, replaceSources(data, sources));
  }
}

/** For a file whose grants are without the principal: Go programs can write such. */
function encodePrincipal(resourceType: string, resource: string): Uint8Array {
  return toBinary(
    GrantSchema,
    create(GrantSchema, { principal: create(ResourceSchema, { id: { resourceType, resource } }) }),
  );
}
