import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { pino } from 'pino';
import { GrantExpandableSchema, GrantImmutableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import { type Grant, GrantSchema, GrantSourcesSchema } from '#gen/c1/connector/v2/grant_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { openC1z } from '../../../../src/baton/c1z/c1z-file.ts';
import { unpackC1z } from '../../../../src/baton/c1z/file/unpack-c1z.ts';
import type { SyncWriter } from '../../../../src/baton/c1z/sync-writer.ts';
import { grantIndexes } from '../../../../src/baton/c1z/tables/schema.ts';
import { encodeMessage } from '../../../../src/baton/encode/encode-message.ts';
import { expandGrants } from '../../../../src/baton/sync/expand/expand-grants.ts';
import type { ExpansionLimits } from '../../../../src/baton/sync/expand/plan-expansion.ts';
import { SyncTally } from '../../../../src/baton/sync/sync-tally.ts';
import { annotation, entitlement, grant, resource } from '../../c1z/sample-records.ts';
import { c1zPlace } from '../../c1z/temporary-folder.ts';

/** The members of a group, whose one entitlement is `member`. */
interface Group {
  readonly group: Resource;
  readonly member: Entitlement;
}

function group(id: string): Group {
  const group = resource('group', id);
  return { group, member: entitlement(group, 'member') };
}

/** A grant of `of` to a group, which the members of the group get too. */
function expanding(
  of: Entitlement,
  { group, member }: Group,
  expandable: MessageInitShape<typeof GrantExpandableSchema> = {},
): Grant {
  return grant(of, group, [annotation(GrantExpandableSchema, { entitlementIds: [member.id], ...expandable })]);
}

const user = (id: string) => resource('user', id);

interface World {
  readonly entitlements: readonly Entitlement[];
  readonly grants: readonly Grant[];
}

interface Outcome {
  /** `id <- source, (derived source)` of each grant with sources, and the ids of the others. */
  readonly grants: string[];
  readonly messages: Grant[];
  readonly added: Record<string, number>;
  readonly skipped: Record<string, number>;
  readonly warnings: unknown[];
}

async function start(t: TestContext, world: World): Promise<SyncWriter> {
  return (await startFile(t, world)).store;
}

async function startFile(t: TestContext, { entitlements, grants }: World) {
  const { path, folder, temporaryFolder } = await c1zPlace(t);
  const file = await openC1z(path, { temporaryFolder });
  t.after(() => file.close());
  const store = file.startSync({ type: 'full' });
  store.putEntitlements(entitlements);
  store.startGrants();
  store.putGrants(grants);
  await store.endGrants();
  return { store, file, path, folder };
}

/** Checks that a saved file has all indexes, and that they match its rows. */
async function checkDatabase(path: string, folder: string): Promise<void> {
  const unpacked = join(folder, 'db');
  await unpackC1z(path, unpacked, { maxDatabaseBytes: 1e9 });
  using db = new DatabaseSync(unpacked);
  assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
  const names = db.prepare("select name from sqlite_schema where type = 'index' and tbl_name = 'v1_grants'").all();
  assert.deepEqual(names.map(({ name }) => name).sort(), grantIndexes.map(({ name }) => name).sort());
}

async function expand(t: TestContext, world: World, limits: Partial<ExpansionLimits> = {}): Promise<Outcome> {
  const { store, file, path, folder } = await startFile(t, world);
  const warnings: unknown[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line)) });
  const observer = new SyncTally(() => {});
  const added = await expandGrants(store, {
    limits: { maxDepth: 20, mergeCycles: true, ...limits },
    logger,
    observer,
    signal: new AbortController().signal,
  });
  await store.end({ syncToken: '' });
  const rows = store.records.grants({ limit: Number.MAX_SAFE_INTEGER });
  for (const { data, message } of rows)
    assert.deepEqual(Buffer.from(data), Buffer.from(encodeMessage(GrantSchema, message)));
  const messages = rows.map(({ message }) => message);
  await file.save();
  await checkDatabase(path, folder);
  return {
    grants: messages.map(describe).sort(),
    messages,
    added: Object.fromEntries(added),
    skipped: Object.fromEntries(observer.skippedCounts),
    warnings,
  };
}

function describe({ id, sources }: Grant): string {
  const origins = Object.entries(sources?.sources ?? {}).map(([source, { isDirect }]) =>
    isDirect ? source : `(${source})`,
  );
  return origins.length === 0 ? id : `${id} <- ${origins.join(', ')}`;
}

const app = entitlement(resource('app', 'wiki'), 'reader');
const inner = group('inner');
const outer = group('outer');

test('the members of a group get what is granted to the group, through any number of groups', async (t) => {
  const { grants, messages, added } = await expand(t, {
    entitlements: [app, inner.member, outer.member],
    grants: [
      expanding(app, outer),
      expanding(outer.member, inner),
      grant(inner.member, user('ann')),
      grant(outer.member, user('bob')),
    ],
  });
  assert.deepEqual(grants, [
    'app:wiki:reader:group:inner <- group:outer:member',
    'app:wiki:reader:group:outer',
    'app:wiki:reader:user:ann <- (group:outer:member)',
    'app:wiki:reader:user:bob <- group:outer:member',
    'group:inner:member:user:ann',
    'group:outer:member:group:inner',
    'group:outer:member:user:ann <- group:inner:member',
    'group:outer:member:user:bob',
  ]);
  assert.deepEqual(added, { 'group member': 1, 'app reader': 3 });
  const found = messages.find(({ id }) => id === 'app:wiki:reader:user:ann');
  assert.deepEqual(found?.entitlement, app, 'the entitlement is whole, as the connector listed it');
  assert.deepEqual(found?.principal, user('ann'));
  const annotations = found?.annotations.map((any) => anyUnpack(any, GrantImmutableSchema)?.$typeName);
  assert.deepEqual(annotations, ['c1.connector.v2.GrantImmutable']);
});

test('a grant that was listed gets sources, and is one itself', async (t) => {
  const { grants, messages } = await expand(t, {
    entitlements: [app, inner.member],
    grants: [expanding(app, inner), grant(inner.member, user('ann')), grant(app, user('ann'))],
  });
  assert.ok(grants.includes('app:wiki:reader:user:ann <- app:wiki:reader, group:inner:member'));
  const found = messages.find(({ id }) => id === 'app:wiki:reader:user:ann');
  assert.deepEqual(found?.annotations, [], 'it can still be revoked');
});

test('a shallow expansion leaves out who is only a member through another group', async (t) => {
  const { grants } = await expand(t, {
    entitlements: [app, inner.member, outer.member],
    grants: [
      expanding(app, outer, { shallow: true }),
      expanding(outer.member, inner),
      ...['ann', 'both'].map((id) => grant(inner.member, user(id))),
      ...['bob', 'both'].map((id) => grant(outer.member, user(id))),
    ],
  });
  assert.deepEqual(
    grants.filter((id) => id.startsWith('app:wiki:reader:user')),
    ['app:wiki:reader:user:bob <- group:outer:member', 'app:wiki:reader:user:both <- group:outer:member'],
  );
});

test('an expansion may be for principals of some types', async (t) => {
  const { grants } = await expand(t, {
    entitlements: [app, inner.member],
    grants: [
      expanding(app, inner, { resourceTypeIds: ['bot', 'user'] }),
      ...['bot', 'device', 'user'].map((type) => grant(inner.member, resource(type, 'x'))),
    ],
  });
  assert.deepEqual(
    grants.filter((id) => id.startsWith('app:wiki:reader')),
    [
      'app:wiki:reader:bot:x <- group:inner:member',
      'app:wiki:reader:group:inner',
      'app:wiki:reader:user:x <- group:inner:member',
    ],
  );
});

test('a cycle is merged and logged, unless a setting forbids it', async (t) => {
  const world = {
    entitlements: [app, inner.member, outer.member],
    grants: [
      expanding(inner.member, outer),
      expanding(outer.member, inner),
      expanding(app, inner),
      grant(inner.member, user('ann')),
      grant(outer.member, user('bob')),
    ],
  };
  const { grants, warnings } = await expand(t, world);
  assert.deepEqual(
    grants.filter((id) => id.includes(':user:')),
    [
      'app:wiki:reader:user:ann <- group:inner:member',
      'app:wiki:reader:user:bob <- group:outer:member',
      'group:inner:member:user:ann',
      'group:outer:member:user:bob',
    ],
  );
  assert.partialDeepStrictEqual(warnings, [
    {
      msg: 'entitlements expand in cycles, which are merged',
      entitlement_ids: ['group:inner:member', 'group:outer:member'],
    },
  ]);
  await assert.rejects(expand(t, world, { mergeCycles: false }), (error) => {
    assert.ok(error instanceof ServiceError);
    assert.deepEqual([error.code, error.reason], [Code.FailedPrecondition, 'expansion_cycle']);
    return true;
  });
});

test('an edge from or to an entitlement that was not listed is skipped and counted', async (t) => {
  const unlisted = entitlement(resource('app', 'unlisted'), 'reader');
  const { grants, skipped, warnings } = await expand(t, {
    entitlements: [app, inner.member],
    grants: [
      expanding(app, inner, { entitlementIds: ['group:inner:owner', inner.member.id] }),
      expanding(unlisted, inner),
      grant(inner.member, user('ann')),
    ],
  });
  assert.ok(grants.includes('app:wiki:reader:user:ann <- group:inner:member'));
  assert.ok(!grants.some((id) => id.startsWith('app:unlisted:reader:user')));
  assert.deepEqual(skipped, { 'expansions from or to an entitlement that was not listed': 2 });
  assert.partialDeepStrictEqual(warnings, [{ entitlement_ids: ['group:inner:owner', 'app:unlisted:reader'] }]);
});

test('an expansion from an entitlement of another resource than the principal fails, and so does the run', async (t) => {
  const store = await start(t, {
    entitlements: [app, inner.member, outer.member],
    grants: [expanding(app, inner, { entitlementIds: [outer.member.id] })],
  });
  const options = { limits: { maxDepth: 20, mergeCycles: true }, logger: pino({ level: 'silent' }) };
  const running = { ...options, observer: new SyncTally(() => {}), signal: new AbortController().signal };
  await assert.rejects(expandGrants(store, running), {
    code: Code.Internal,
    reason: 'expansion_principal_mismatch',
    message:
      /grant app:wiki:reader:group:inner of group inner expands group:outer:member, an entitlement of group outer/,
  });
  await assert.rejects(store.end({ syncToken: '' }), /has failed/);
});

test('a path may have as many steps as the limit', async (t) => {
  const groups = Array.from({ length: 4 }, (_, i) => group(`g${i}`));
  const world = {
    entitlements: groups.map(({ member }) => member),
    grants: [
      grant((groups[0] as Group).member, user('ann')),
      ...groups.slice(1).map(({ member }, i) => expanding(member, groups[i] as Group)),
    ],
  };
  const { grants } = await expand(t, world, { maxDepth: 3 });
  assert.ok(grants.includes('group:g3:member:user:ann <- (group:g2:member)'));
  await assert.rejects(expand(t, world, { maxDepth: 2 }), {
    code: Code.FailedPrecondition,
    reason: 'expansion_too_deep',
    message: /max depth exceeded \(2\): grants expand in 3 steps/,
  });
});

test('many grants are added without indexes, which are built when the run ends', async (t) => {
  const users = Array.from({ length: 3000 }, (_, i) => user(`u${(i * 7919) % 3000}`));
  const apps = Array.from({ length: 5 }, (_, i) => entitlement(resource('app', `a${i}`), 'reader'));
  const world: World = {
    entitlements: [inner.member, outer.member, ...apps],
    grants: [
      ...users.map((principal) => grant(inner.member, principal)),
      ...users.slice(0, 1500).map((principal) => grant(outer.member, principal)),
      ...apps.flatMap((of, i) => [expanding(of, inner), expanding(of, outer), grant(of, users[i] as Resource)]),
    ],
  };
  const { grants, added } = await expand(t, world);
  assert.equal(grants.length, 4500 + 10 + 5 * 3000);
  assert.deepEqual(added, { 'app reader': 5 * 2999 });
  assert.equal(
    grants.filter((id) => id.endsWith('<- group:inner:member, group:outer:member')).length,
    5 * 1499 + 2 * 0 + 0,
  );
});

test('an expansion can be aborted', async (t) => {
  const store = await start(t, { entitlements: [app, inner.member], grants: [expanding(app, inner)] });
  const abort = new AbortController();
  const observer = new SyncTally(() => abort.abort(new Error('stop')));
  const options = { limits: { maxDepth: 20, mergeCycles: true }, logger: pino({ level: 'silent' }) };
  await assert.rejects(expandGrants(store, { ...options, observer, signal: abort.signal }), /stop/);
});

for (const [how, others] of [
  ['without indexes', 0],
  ['through the indexes', 2000],
] as const) {
  test(`a grant of another entitlement that has the id of an added one gets its message, ${how}`, async (t) => {
    const taken = { ...grant(outer.member, user('zoe')), id: 'app:wiki:reader:user:ann' };
    const filler = Array.from({ length: others }, (_, i) => grant(outer.member, user(`u${i}`)));
    const { messages } = await expand(t, {
      entitlements: [app, inner.member, outer.member],
      grants: [taken, expanding(app, inner), ...['ann', 'bob'].map((id) => grant(inner.member, user(id))), ...filler],
    });
    assert.equal(messages.length, 5 + others);
    const [replaced, ...more] = messages.filter(({ id }) => id === taken.id);
    assert.deepEqual([replaced?.entitlement?.id, replaced?.principal?.id?.resource, more], [app.id, 'ann', []]);
    assert.ok(messages.some(({ id }) => id === 'app:wiki:reader:user:bob'));
  });
}

/** A grant of which the connector says where it comes from. */
function derived(listed: Grant, sources: Readonly<Record<string, boolean>>, id = listed.id): Grant {
  const entries = Object.entries(sources).map(([source, isDirect]) => [source, { isDirect }]);
  return { ...listed, id, sources: create(GrantSourcesSchema, { sources: Object.fromEntries(entries) }) };
}

test('a source is direct if one of several grants of the principal is', async (t) => {
  const first = derived(
    { ...grant(inner.member, resource('user', 'ann', { displayName: 'Ann' })) },
    { elsewhere: true },
  );
  const direct = { ...grant(inner.member, user('ann')), id: 'another id' };
  const last = derived(direct, { elsewhere: true }, 'a third id');
  const { grants, messages } = await expand(t, {
    entitlements: [app, inner.member],
    grants: [first, direct, last, expanding(app, inner)],
  });
  assert.ok(grants.includes('app:wiki:reader:user:ann <- group:inner:member'));
  const added = messages.find(({ id }) => id === 'app:wiki:reader:user:ann');
  assert.equal(added?.principal?.displayName, 'Ann', 'the first grant describes the principal');
});

test('a source that was not direct becomes direct, and other sources stay', async (t) => {
  const { grants } = await expand(t, {
    entitlements: [app, inner.member],
    grants: [
      expanding(app, inner),
      grant(inner.member, user('ann')),
      derived(grant(app, user('ann')), { elsewhere: false, [inner.member.id]: false }),
    ],
  });
  assert.ok(grants.includes('app:wiki:reader:user:ann <- (elsewhere), group:inner:member'));
});

test('sources are in the order of their ids, whatever their layers', async (t) => {
  const zeta = group('zeta');
  const { grants } = await expand(t, {
    entitlements: [app, inner.member, outer.member, zeta.member],
    grants: [
      expanding(app, outer),
      expanding(app, zeta),
      expanding(outer.member, inner),
      grant(inner.member, user('ann')),
      grant(zeta.member, user('ann')),
    ],
  });
  assert.ok(grants.includes('app:wiki:reader:user:ann <- (group:outer:member), group:zeta:member'));
});
