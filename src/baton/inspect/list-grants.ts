// Lists the grants of a sync: who has what, and by what way.
import type { JsonObject } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { GrantMetadataSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { readSources } from '../sync/expand/grant-sources.ts';
import { decodeRow } from './decode-row.ts';
import type { PageRange } from './list-resources.ts';
import type { ResourceKey, ResourceRef, Status } from './resource-view.ts';
import { type SyncView, slugOf } from './sync-view.ts';

/** A grant, with the names of what it refers to. */
export interface GrantView {
  /** Grows in the order in which grants were written: the cursor of a listing. */
  readonly rowId: number;
  readonly id: string;
  readonly principal: ResourceRef;
  /** The resource of the entitlement. */
  readonly resource: ResourceRef;
  readonly entitlement: {
    readonly id: string;
    /** Names it within its resource: `completed`. */
    readonly slug: string;
    /** Its display name, or its slug. */
    readonly name: string;
  };
  /** Whether the principal has it itself, not only through other entitlements. */
  readonly isDirect: boolean;
  /** Ids of the entitlements through which the principal has it: those of groups, for example. */
  readonly via: readonly string[];
  /** What the connector says about the grant, such as `completed_date`; empty if nothing. */
  readonly details: JsonObject;
}

/** All that are set must hold. */
export interface GrantFilter extends PageRange {
  readonly principal?: ResourceKey | undefined;
  readonly resource?: ResourceKey | undefined;
  /** Only of entitlements of resources of these types. */
  readonly types?: readonly string[] | undefined;
  /** Ids of entitlements; an empty set has no grants. */
  readonly entitlements?: ReadonlySet<string> | undefined;
  /** The principal's. */
  readonly status?: Status | undefined;
}

/** The grants of up to so many entitlements are looked up; of more, all grants are read. */
const lookedUpMax = 100;

/** The fields of an encoded grant that are worth decoding. Most grants have neither. */
const annotationsField = 4;
const sourcesField = 5;

/**
 * Lists grants: by an index if there is a principal, a resource or a few entitlements, else all in the order in which they
 * were written. Memory does not grow with their number.
 */
export function listGrants(view: SyncView, filter: GrantFilter = {}): IteratorObject<GrantView> {
  const { limit = Number.POSITIVE_INFINITY, status, principal, resource, afterRowId } = filter;
  const isNarrow = principal || resource || afterRowId !== undefined;
  const entitlements = filter.entitlements ?? new Set();
  const rows =
    isNarrow || entitlements.size === 0 || entitlements.size > lookedUpMax
      ? readRows(view, filter)
      : Iterator.from(entitlements).flatMap((id) => readRows(view, { ...filter, entitlements: new Set([id]) }));
  return rows
    .map((row) => toGrantView(view, row))
    .filter((grant) => status === undefined || grant.principal.status === status)
    .take(limit);
}

type Row = ReturnType<SyncView['all']>[number];

function readRows(view: SyncView, filter: GrantFilter): IteratorObject<Row> {
  const { principal, resource, types, entitlements, afterRowId = 0 } = filter;
  const [only] = entitlements?.size === 1 ? entitlements : [];
  const indexed = principal ? 'principal' : only === undefined ? 'resource' : 'entitlement';
  // The + keeps SQLite from choosing the index of a condition that more rows meet.
  const plus = (kind: typeof indexed) => (kind === indexed ? '' : '+');
  const conditions = [
    ...(principal ? ['principal_resource_type_id = ?', 'principal_resource_id = ?'] : []),
    ...(only === undefined ? [] : [`${plus('entitlement')}entitlement_id = ?`]),
    ...(resource ? [`${plus('resource')}resource_type_id = ?`, `${plus('resource')}resource_id = ?`] : []),
    ...(types ? ['+resource_type_id in (select value from json_each(?))'] : []),
    'id > ?',
    // Only the index of entitlements has the sync, too.
    `${plus('entitlement')}sync_id = ?`,
  ];
  const rows = view.iterate(
    `select id, external_id, entitlement_id, resource_type_id, resource_id, principal_resource_type_id,
        principal_resource_id, data
      from ${view.schema}.v1_grants where ${conditions.join(' and ')} order by id`,
    ...(principal ? [principal.type, principal.id] : []),
    ...(only === undefined ? [] : [only]),
    ...(resource ? [resource.type, resource.id] : []),
    ...(types ? [JSON.stringify(types)] : []),
    afterRowId,
    view.run.syncId,
  );
  return entitlements && entitlements.size !== 1
    ? rows.filter((row) => entitlements.has(String(row.entitlement_id)))
    : rows;
}

function toGrantView(view: SyncView, row: Row): GrantView {
  const id = String(row.entitlement_id);
  const resource = { type: String(row.resource_type_id), id: String(row.resource_id) };
  const entitlement = view.entitlement(id);
  const slug = entitlement?.slug ?? slugOf(id, resource);
  return {
    rowId: Number(row.id),
    id: String(row.external_id),
    principal: view.refOf({ type: String(row.principal_resource_type_id), id: String(row.principal_resource_id) }),
    resource: view.refOf(resource),
    entitlement: { id, slug, name: entitlement?.name ?? slug },
    ...readWay(row.data as Uint8Array, id),
  };
}

const plainWay = { isDirect: true, via: [], details: {} };

function readWay(data: Uint8Array, entitlementId: string): Pick<GrantView, 'isDirect' | 'via' | 'details'> {
  const present = fieldsOf(data);
  if (!present.includes(annotationsField) && !present.includes(sourcesField)) return plainWay;
  const sources = [...readSources(data).keys()];
  const metadata = present.includes(annotationsField)
    ? decodeRow(GrantSchema, data).annotations.find((any) => anyIs(any, GrantMetadataSchema))
    : undefined;
  return {
    isDirect: sources.length === 0 || sources.includes(entitlementId),
    via: sources.filter((id) => id !== entitlementId).sort(),
    details: (metadata && anyUnpack(metadata, GrantMetadataSchema)?.metadata) ?? {},
  };
}

function fieldsOf(data: Uint8Array): readonly number[] {
  const numbers: number[] = [];
  const reader = new BinaryReader(data);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    reader.skip(wireType, number);
    numbers.push(number);
  }
  return numbers;
}
