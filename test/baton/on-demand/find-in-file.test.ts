import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyPack, EmptySchema } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { BatonIDSchema } from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { ServiceError } from '../../../src/baton/author/service-error.ts';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { FileFinder } from '../../../src/baton/on-demand/find-in-file.ts';
import {
  annotation,
  entitlement,
  grant,
  resource,
  resourceId,
  resourceType,
  syncToken,
} from '../c1z/sample-records.ts';
import { c1zPlace } from '../c1z/temporary-folder.ts';

const course = resource('course', 'c1', { description: 'All about c1' });
const foreign = resource('course', 'c9', { annotations: [annotation(BatonIDSchema, {})] });
const ann = resource('user', 'u1', { description: 'Ann' });
/** What a connector lists of them: no more than the ids. */
const member = entitlement(resource('course', 'c1', { displayName: '' }), 'member');
const note = anyPack(EmptySchema, create(EmptySchema));
const annIsMember = grant(member, resource('user', 'u1', { displayName: '' }), [note]);

/** A file with the records above, behind a former sync that had another user. */
async function finderOf(t: TestContext): Promise<FileFinder> {
  const { path, temporaryFolder } = await c1zPlace(t);
  // Of syncs that end in the same millisecond, a viewer shows either.
  let seconds = 0;
  const now = () => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds++));
  await using file = await openC1z(path, { temporaryFolder, now });
  const former = file.startSync({ type: 'full' });
  former.putResourceTypes([resourceType('user')]);
  former.putResources([resource('user', 'former')]);
  await former.end({ syncToken });
  const sync = file.startSync({ type: 'full' });
  sync.putResourceTypes([resourceType('user'), resourceType('course')]);
  sync.putResources([ann, course, foreign]);
  const lost = entitlement(resource('course', 'lost'), 'member');
  sync.putEntitlements([member, entitlement(foreign, 'member'), lost]);
  sync.putGrants([annIsMember, grant(member, resource('user', 'lost')), grant(entitlement(foreign, 'member'), ann)]);
  await sync.end({ syncToken });
  await file.save();
  const reader = await readC1z(path, { temporaryFolder });
  t.after(() => reader.close());
  return new FileFinder(reader);
}

const failsWith = (code: Code, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ServiceError);
  assert.equal(Code[error.code], Code[code]);
  assert.match(error.rawMessage, message);
  return true;
};

test('an entitlement comes with its full resource', async (t) => {
  const found = (await finderOf(t)).entitlement('course:c1:member');
  assert.equal(found.id, member.id);
  assert.deepEqual(found.resource, course);
});

test('a grant comes with its full entitlement and principal, and its annotations', async (t) => {
  const found = (await finderOf(t)).grant('course:c1:member:user:u1');
  assert.deepEqual(
    [found.id, found.entitlement?.resource, found.principal, found.annotations],
    [annIsMember.id, course, ann, [note]],
  );
});

test('only the sync that a viewer shows is looked at', async (t) => {
  const finder = await finderOf(t);
  assert.deepEqual(finder.resource(resourceId('user', 'u1')), ann);
  const former = resourceId('user', 'former');
  assert.throws(
    () => finder.resource(former),
    failsWith(Code.NotFound, /sync\.c1z has no user former; if it is newer/),
  );
});

test('what is not there is told with the id that may be meant', async (t) => {
  const finder = await finderOf(t);
  for (const [look, message] of [
    [
      () => finder.entitlement('course:c1:memeber'),
      /has no entitlement course:c1:memeber; did you mean course:c1:member\?$/,
    ],
    [() => finder.grant('course:c1:member:user:u2'), /has no grant .*; did you mean course:c1:member:user:u1\?$/],
    [() => finder.resource(resourceId('user', 'u')), /has no user u; did you mean user:u1\?$/],
    [
      () => finder.entitlement('something else'),
      /has no entitlement something else; if it is newer than the file, sync first$/,
    ],
    [
      () => finder.resource(resourceId('uesr', 'u1')),
      /has no resource type "uesr"; valid resource types: user, course$/,
    ],
  ] as const) {
    assert.throws(look, failsWith(Code.NotFound, message));
  }
});

test('a file in which the resource of an entitlement, or the principal of a grant, is missing says so', async (t) => {
  const finder = await finderOf(t);
  assert.throws(() => finder.entitlement('course:lost:member'), failsWith(Code.NotFound, /has no course lost/));
  assert.throws(() => finder.grant('course:c1:member:user:lost'), failsWith(Code.NotFound, /has no user lost/));
});

test('what belongs to another connector is refused, to grant and to revoke', async (t) => {
  const finder = await finderOf(t);
  const refused = failsWith(Code.FailedPrecondition, /course:c9:member belongs to a resource of another connector/);
  assert.throws(() => finder.entitlement('course:c9:member'), refused);
  assert.throws(() => finder.grant('course:c9:member:user:u1'), refused);
});
