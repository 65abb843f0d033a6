import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { SyncComparison } from '../../../src/baton/inspect/compare-syncs.ts';
import { openSyncs, openTwo } from '../../../src/baton/inspect/open-syncs.ts';
import { SyncView } from '../../../src/baton/inspect/sync-view.ts';
import { grant } from '../c1z/sample-records.ts';
import {
  type Academy,
  ada,
  algebra,
  analysis,
  blaise,
  completed,
  emmy,
  firstTerm,
  formerAda,
  inProgress,
  isStudent,
  isTeacher,
  person,
  staff,
  student,
  teacher,
  writeAcademy,
} from './academy.ts';

const kurt = person('u5', 'Kurt Gödel');

/** Former Ada left, Blaise was disabled and renamed, Émmy enabled, and Kurt joined. Roles and courses changed. */
const secondTerm: Academy = {
  resources: [
    ada,
    person('u2', 'Blaise P.', false),
    person('u4', 'Émmy Noether'),
    kurt,
    staff,
    teacher,
    student,
    algebra,
  ],
  grants: [
    ...firstTerm.grants.slice(0, 2),
    // Ada: a role changed, and another course.
    grant(isStudent, ada),
    grant(completed(algebra), ada),
    grant(inProgress(analysis), ada),
    // Blaise: a teacher as before, and has completed the course.
    grant(isTeacher, blaise),
    grant(completed(algebra), blaise),
    grant(isStudent, kurt),
  ],
};

const describe = (comparison: SyncComparison) => ({
  resources: Array.from(comparison.resources(), (change) => [
    change.kind,
    change.resource.id,
    ...(change.kind === 'changed'
      ? change.fields.map(({ field, before, after }) => `${field}: ${before} > ${after}`)
      : []),
  ]),
  grants: Array.from(comparison.grants(), (change) => [
    change.kind,
    change.principal.name,
    ...(change.kind === 'granted' ? [] : [change.before.entitlement.name]),
    ...(change.kind === 'revoked' ? [] : [change.after.entitlement.name]),
  ]),
});

const expected = {
  resources: [
    ['removed', 'u3'],
    ['removed', 'c2'],
    ['added', 'u5'],
    ['changed', 'u2', 'name: Blaise Pascal > Blaise P.', 'status: enabled > disabled'],
    ['changed', 'u4', 'status: disabled > enabled'],
  ],
  grants: [
    ['moved', 'Ada Lovelace', 'Teacher assigned', 'Student assigned'],
    ['granted', 'Ada Lovelace', 'Analysis in progress'],
    ['moved', 'Blaise P.', 'Algebra in progress', 'Algebra completed'],
    ['revoked', 'Ada Lovelace', 'Analysis completed'],
    ['revoked', 'Ada Lovelace', 'Student assigned'],
    ['granted', 'Kurt Gödel', 'Student assigned'],
    ['revoked', 'u9', 'Algebra completed'],
  ],
};

test('two syncs of a file are compared: people, roles and courses', async (t) => {
  await using syncs = await openSyncs(await writeAcademy(t, firstTerm, secondTerm));
  const [before, after] = syncs.runs;
  using comparison = new SyncComparison(syncs.view(before ?? assert.fail()), syncs.view(after ?? assert.fail()));
  assert.deepEqual(describe(comparison), expected);
});

test('changes are counted', async (t) => {
  await using syncs = await openSyncs(await writeAcademy(t, firstTerm, secondTerm));
  const [before, after] = syncs.runs;
  using comparison = new SyncComparison(syncs.view(before ?? assert.fail()), syncs.view(after ?? assert.fail()));
  const { resources, grants, moved, ...others } = comparison.count();
  assert.deepEqual(Object.fromEntries(resources), {
    user: { added: 1, removed: 1, changed: 2, disabled: 1, enabled: 1 },
    course: { added: 0, removed: 1, changed: 0, disabled: 0, enabled: 0 },
  });
  assert.deepEqual(Object.fromEntries(grants), {
    'course in_progress': { granted: 1, revoked: 0 },
    'course completed': { granted: 0, revoked: 2 },
    'role assigned': { granted: 1, revoked: 1 },
  });
  assert.deepEqual(Object.fromEntries(moved), { role: 1, 'course in_progress → completed': 1 });
  assert.deepEqual(others, { revoked: 3, grantsBefore: 9, isEmpty: false });
});

test('the syncs of two files are compared, and nothing of them is left', async (t) => {
  const first = await writeAcademy(t, firstTerm);
  const second = await writeAcademy(t, secondTerm);
  const temporaryFolder = join(dirname(second), 'temporary');
  {
    await using files = await openTwo(first, second, { temporaryFolder });
    const { before, after } = files;
    using comparison = new SyncComparison(
      before.view(before.shown ?? assert.fail()),
      after.view(after.shown ?? assert.fail()),
    );
    assert.deepEqual(describe(comparison), expected);
    // Older files have no counts of a sync: its rows are counted, in the file that has them.
    const { db, run, schema } = comparison.before;
    using older = new SyncComparison(new SyncView(db, { ...run, stats: undefined }, schema), comparison.after);
    assert.equal(older.count().grantsBefore, 9);
    assert.equal((await readdir(temporaryFolder)).length, 2);
  }
  assert.deepEqual(await readdir(temporaryFolder), []);
});

test('the same sync twice has no changes', async (t) => {
  await using syncs = await openSyncs(await writeAcademy(t, firstTerm, firstTerm));
  const [before, after] = syncs.runs;
  using comparison = new SyncComparison(syncs.view(before ?? assert.fail()), syncs.view(after ?? assert.fail()));
  assert.equal(comparison.count().isEmpty, true);
});

test('several changes of one resource stay apart', async (t) => {
  const resources = [ada, emmy, formerAda, algebra];
  const before = { resources, grants: [grant(completed(algebra), ada), grant(inProgress(algebra), ada)] };
  await using syncs = await openSyncs(await writeAcademy(t, before, { resources, grants: [] }));
  const [first, second] = syncs.runs;
  using comparison = new SyncComparison(syncs.view(first ?? assert.fail()), syncs.view(second ?? assert.fail()));
  assert.deepEqual(
    describe(comparison).grants.map(([kind]) => kind),
    ['revoked', 'revoked'],
  );
});
