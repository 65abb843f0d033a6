// What queries find, as JSON for scripts: keys in snake_case, each always there, null for what is unknown.
import type { JsonValue } from '@bufbuild/protobuf';
import type { SyncRun } from '../c1z/tables/sync-runs.ts';
import type { GrantChange, GrantSide } from './compare-grants.ts';
import type { ResourceChange } from './compare-resources.ts';
import type { ChangeCounts } from './compare-syncs.ts';
import type { Leaver } from './find-leavers.ts';
import type { GrantView } from './list-grants.ts';
import type { OpenSyncs } from './open-syncs.ts';
import type { ResourceKey, ResourceRef, ResourceView } from './resource-view.ts';
import type { SyncContents } from './summarize-file.ts';
import { statsOf } from './summarize-file.ts';
import type { EntitlementView, SyncView } from './sync-view.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

export function resourceRecord(resource: ResourceView): JsonRecord {
  return {
    type: resource.type,
    id: resource.id,
    name: resource.name,
    email: resource.email || null,
    status: resource.status ?? null,
    status_details: resource.statusDetails || null,
    emails: resource.emails,
    logins: resource.logins,
    employee_ids: resource.employeeIds,
    parent: resource.parent ? keyRecord(resource.parent) : null,
    description: resource.description,
    profile: resource.profile satisfies JsonValue,
    created_at: timeOf(resource.createdAt),
    last_login: timeOf(resource.lastLogin),
  };
}

export function refRecord({ type, id, name, email, status, isListed }: ResourceRef): JsonRecord {
  return { type, id, name, email: email || null, status: status ?? null, listed: isListed };
}

function keyRecord({ type, id }: ResourceKey): JsonRecord {
  return { type, id };
}

export function entitlementRecord(view: SyncView, entitlement: EntitlementView): JsonRecord {
  const { id, slug, name, description, resource, purpose, grantableTo } = entitlement;
  return {
    id,
    slug,
    name,
    description,
    resource: namedRecord(view.refOf(resource)),
    purpose: purpose || null,
    grantable_to: grantableTo,
  };
}

/** Of what is not a user: without e-mail address and status. */
function namedRecord({ type, id, name }: ResourceRef): JsonRecord {
  return { type, id, name };
}

export function grantRecord(
  view: SyncView,
  { id, principal, resource, entitlement, isDirect, via, details }: GrantView,
): JsonRecord {
  return {
    id,
    principal: refRecord(principal),
    resource: namedRecord(resource),
    entitlement,
    direct: isDirect,
    via: via.map((source) => ({ id: source, name: view.entitlement(source)?.name ?? source })),
    details,
  };
}

export function leaverRecord({ principal, reason, grants, grantsByType }: Leaver): JsonRecord {
  return { principal: refRecord(principal), reason, grants, grants_by_type: Object.fromEntries(grantsByType) };
}

export function resourceChangeRecord(change: ResourceChange): JsonRecord {
  const { kind, resource } = change;
  return {
    of: 'resource',
    change: kind,
    resource: refRecord(resource),
    fields:
      change.kind === 'changed'
        ? change.fields.map(({ field, before, after }) => ({ field, before: before ?? null, after: after ?? null }))
        : [],
  };
}

export function grantChangeRecord(change: GrantChange): JsonRecord {
  return {
    of: 'grant',
    change: change.kind,
    principal: refRecord(change.principal),
    before: change.kind === 'granted' ? null : sideRecord(change.before),
    after: change.kind === 'revoked' ? null : sideRecord(change.after),
  };
}

function sideRecord({ resource, entitlement }: GrantSide): JsonRecord {
  return { resource: namedRecord(resource), entitlement };
}

export function countsRecord({ resources, grants, moved, revoked, grantsBefore, isEmpty }: ChangeCounts): JsonRecord {
  return {
    changed: !isEmpty,
    resources: Object.fromEntries(resources),
    grants: Object.fromEntries(grants),
    moved: Object.fromEntries(moved),
    lost_grants: revoked,
    grants_before: grantsBefore,
  };
}

/** A sync, without its rows. */
export function runRecord({ syncId, type, startedAt, endedAt, parentSyncId }: SyncRun): JsonRecord {
  return {
    sync_id: syncId,
    type,
    started_at: startedAt.toISOString(),
    ended_at: timeOf(endedAt),
    parent_sync_id: parentSyncId || null,
  };
}

/** The summary of a file. @param contents - Of the sync that is shown. */
export function fileRecord(file: OpenSyncs, view: SyncView, { types, dangling }: SyncContents): JsonRecord {
  return {
    file: file.path,
    file_bytes: file.fileBytes,
    syncs: file.runs.map((run) => {
      const { resourcesByType, entitlementsByType, grantsByType } = statsOf({ db: view.db, schema: view.schema, run });
      return {
        ...runRecord(run),
        shown: run.syncId === view.run.syncId,
        resources: Object.fromEntries(resourcesByType),
        entitlements: Object.fromEntries(entitlementsByType),
        grants: Object.fromEntries(grantsByType),
      };
    }),
    types: types.map(({ type, resources, statuses, entitlements, grants }) => ({
      id: type.id,
      name: type.name,
      traits: type.traits,
      resources,
      statuses: Object.fromEntries(statuses),
      entitlements,
      grants: Object.fromEntries(grants),
    })),
    missing: dangling.map(({ kind, count, missingCount, missingIds }) => ({
      kind,
      count,
      missing_count: missingCount,
      missing_ids: missingIds,
    })),
  };
}

function timeOf(time: Date | undefined): string | null {
  return time?.toISOString() ?? null;
}
