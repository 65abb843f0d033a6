import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { readXlsx } from 'hucre/xlsx';
import { buildResource } from '../../../src/baton/messages/resource.ts';
import { grant } from '../c1z/sample-records.ts';
import { ada, algebra, analysis, completed, firstTerm, person, types, writeAcademy } from './academy.ts';
import { runInspect } from './call-inspect.ts';

/** What a query prints, without the file's own path and ids. */
async function ask(t: TestContext, ...words: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runInspect([await writeAcademy(t, firstTerm), ...words]);
  assert.equal(stderr, '');
  assert.equal(exitCode, 0);
  return stdout;
}

async function refuse(t: TestContext, ...words: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runInspect([await writeAcademy(t, firstTerm), ...words]);
  assert.equal(stdout, '');
  assert.equal(exitCode, 2);
  return stderr;
}

test('a summary shows the syncs, what the last one has, and what it lacks', async (t) => {
  const lines = (await ask(t)).split('\n');
  assert.match(lines[0] ?? '', /sync\.c1z: [\d.]+ kB, 1 sync$/);
  assert.match(lines[2] ?? '', /^\* \w{27} {2}full, \d{4}-\d\d-\d\d \d\d:\d\d UTC, less than a minute ago, took \d+/);
  assert.deepEqual(lines.slice(3), [
    '  9 resources, 7 entitlements, 9 grants',
    '',
    'TYPE    COUNT  STATUS                 ENTITLEMENTS  GRANTS',
    'User        4  2 enabled, 2 disabled             0',
    'Group       1                                    1  2 member',
    'Role        2                                    2  3 assigned',
    'Course      2                                    4  3 completed, 1 in_progress',
    '',
    'Not shown: grants to principals that were not listed: 1 (user:u9)',
    '',
  ]);
});

test('resources are listed by the plural of their type, by its name and by a trait', async (t) => {
  assert.equal(
    await ask(t, 'users'),
    [
      'NAME           EMAIL            STATUS',
      'Ada Lovelace   u1@academy.test  enabled',
      'Blaise Pascal  u2@academy.test  enabled',
      'Ada Lovelace   u3@academy.test  disabled',
      'Émmy Noether   u4@academy.test  disabled',
      '',
    ].join('\n'),
  );
  assert.equal(await ask(t, 'roles'), 'NAME     ID\nTeacher  r1\nStudent  r2\n');
  assert.equal(await ask(t, 'resources', 'Course'), 'NAME      ID\nAlgebra   c1\nAnalysis  c2\n');
  assert.match(await ask(t, 'users', '--status', 'disabled'), /^NAME.*\nAda Lovelace +u3.*\nÉmmy.*\n$/);
  assert.match(await ask(t, 'resources'), /^TYPE +NAME +EMAIL +STATUS\nuser +Ada.*/);
});

test('grants are filtered by names', async (t) => {
  assert.equal(
    await ask(t, 'grants', '--user', 'blaise', '--resource', 'algebra'),
    [
      'WHO            EMAIL            STATUS   TYPE    RESOURCE  ENTITLEMENT',
      'Blaise Pascal  u2@academy.test  enabled  course  Algebra   in_progress',
      '',
    ].join('\n'),
  );
  const all = await ask(t, 'grants', '--entitlement', 'completed');
  assert.equal(all.split('\n').length, 1 + 3 + 1);
  assert.match(all, /^Ada Lovelace +u1@academy.test +enabled +course +Algebra +completed +completed_date 2026-05-04$/m);
  assert.match(all, /^u9 +gone +course +Algebra +completed$/m);
  assert.equal(await ask(t, 'grants', '--user', 'émmy'), 'no grants\n');
  assert.match(
    await ask(t, 'grants', '--status', 'disabled', '--entitlement', 'completed'),
    /^WHO.*\nAda.*Analysis.*\n$/,
  );
});

test('the access of a person comes with the person and the way', async (t) => {
  assert.equal(
    await ask(t, 'access', 'u2@academy.test'),
    [
      'Blaise Pascal',
      '  u2@academy.test, enabled',
      '  signs in as login-u2',
      '  User u2',
      '',
      'TYPE    RESOURCE  ENTITLEMENT  HOW',
      'group   Staff     member',
      'role    Teacher   assigned     via Staff member',
      'course  Algebra   in_progress',
      '',
    ].join('\n'),
  );
  assert.match(await ask(t, 'access', 'u1'), /^role +Teacher +assigned +direct, and via Staff member$/m);
});

test('who has a resource, or an entitlement', async (t) => {
  assert.equal(
    await ask(t, 'who', 'teacher'),
    [
      'Teacher (role)',
      'WHO            EMAIL            STATUS   ENTITLEMENT  HOW',
      'Ada Lovelace   u1@academy.test  enabled  assigned     direct, and via Staff member',
      'Blaise Pascal  u2@academy.test  enabled  assigned     via Staff member',
      '',
    ].join('\n'),
  );
  assert.match(
    await ask(t, 'who', 'algebra completed'),
    /^Algebra completed \(course Algebra\)\nWHO.*\nAda.*\nu9.*\n$/,
  );
  assert.match(await ask(t, 'who', 'algebra', '--status', 'enabled'), /\nAda.*\nBlaise.*\n$/);
  assert.match(await ask(t, 'who', 'course:c2:in_progress'), /\nnobody\n$/);
});

test('leavers, with what they still hold', async (t) => {
  assert.equal(
    await ask(t, 'leavers'),
    [
      'NAME          EMAIL            REASON    GRANTS  STILL HOLDS',
      'Ada Lovelace  u3@academy.test  disabled       2  1 course, 1 role',
      'u9                             gone           1  1 course',
      '',
    ].join('\n'),
  );
});

test('an ambiguous name lists its candidates; exit code 2', async (t) => {
  assert.equal(
    await refuse(t, 'access', 'ada lovelace'),
    [
      'baton-library: "ada lovelace" matches 2; name one by its id or e-mail address:',
      '  user:u1  Ada Lovelace  u1@academy.test',
      '  user:u3  Ada Lovelace  u3@academy.test  disabled',
      'See "baton-library inspect --help" for the flags and their variables.',
      '',
    ].join('\n'),
  );
  assert.match(
    await refuse(t, 'who', 'completed'),
    /"completed" matches 2;.*\n {2}course:c1:completed {2}Algebra completed \(Algebra\)/,
  );
});

test('what is not there is refused; exit code 2', async (t) => {
  assert.match(await refuse(t, 'access', 'zeno'), /nothing in this sync has .* "zeno"/);
  assert.match(await refuse(t, 'grants', '--entitlement', 'zeno'), /nothing in this sync has .* "zeno"/);
  assert.match(
    await refuse(t, 'usrs'),
    /no query "usrs"; did you mean users\?; there are: summary, .*, users, groups, roles, courses/,
  );
  assert.match(
    await refuse(t, 'resources', 'rle'),
    /no type "rle"; did you mean role\?; its types: user, group, role, course/,
  );
  assert.match(await refuse(t, 'access'), /usage: inspect FILE access WHO/);
  assert.match(await refuse(t, 'users', 'x'), /usage: inspect FILE users/);
  assert.match(await refuse(t, 'users', '--user', 'x'), /--user: only for grants/);
  assert.match(await refuse(t, 'access', 'u1', '--to', 'x'), /--to: only for export/);
  assert.match(await refuse(t, 'grants', '--sync', 'zzz'), /no sync "zzz"; its syncs:\n {2}\w{27} {2}\d{4}-/);
  assert.match(await refuse(t, 'diff'), /only one finished full sync; name another file/);
  const { exitCode, stderr } = await runInspect([]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /name the \.c1z file: inspect FILE/);
});

const secondTerm = {
  resources: [ada, person('u2', 'Blaise P.', false), person('u5', 'Kurt Gödel'), algebra, analysis],
  grants: [grant(completed(algebra), ada), grant(completed(algebra), person('u2', ''))],
};

test('a diff of the last two syncs; exit code 1', async (t) => {
  const { exitCode, stdout, stderr } = await runInspect([await writeAcademy(t, firstTerm, secondTerm), 'diff']);
  assert.equal(stderr, '');
  assert.equal(exitCode, 1);
  const [from, to, ...lines] = stdout.split('\n');
  assert.match(from ?? '', /^From sync \w{27} of \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  assert.match(to ?? '', /^to {3}sync \w{27} of /);
  assert.deepEqual(lines, [
    '',
    'user: 1 joined, 2 left, 1 changed (1 disabled)',
    'group: 1 removed',
    'role: 2 removed',
    'course in_progress → completed: 1',
    'group member: 2 lost',
    'role assigned: 3 lost',
    'course completed: 2 lost',
    '',
    'Resources',
    '  - user Ada Lovelace <u3@academy.test>',
    '  - user Émmy Noether <u4@academy.test>',
    '  - group Staff',
    '  - role Teacher',
    '  - role Student',
    '  + user Kurt Gödel <u5@academy.test>',
    '  ~ user Blaise P. <u2@academy.test>: disabled; name Blaise Pascal → Blaise P.',
    '',
    'Grants',
    '  Ada Lovelace <u1@academy.test>',
    '    - group Staff: member',
    '    - role Teacher: assigned',
    '  Blaise P. <u2@academy.test>',
    '    ~ course Algebra: in_progress → completed',
    '    - group Staff: member',
    '    - role Teacher: assigned',
    '  Ada Lovelace <u3@academy.test>',
    '    - course Analysis: completed',
    '    - role Student: assigned',
    '  u9 (not listed)',
    '    - course Algebra: completed',
    '',
  ]);
});

test('a diff between two files, and between named syncs; exit code 0 if nothing changed', async (t) => {
  const first = await writeAcademy(t, firstTerm);
  const second = await writeAcademy(t, secondTerm, firstTerm);
  const same = await runInspect([first, 'diff', second]);
  assert.equal(same.exitCode, 0);
  assert.match(same.stdout, /\n\nNothing changed\n$/);
  const summary = JSON.parse((await runInspect([second, '--output', 'json'])).stdout);
  const [a, b] = summary.syncs.map(({ sync_id }: { sync_id: string }) => sync_id);
  assert.equal((await runInspect([second, 'diff', a, a])).exitCode, 0);
  const { stdout } = await runInspect([second, 'diff', b, a]);
  assert.match(stdout, new RegExp(`^From sync ${b} .*\\nto   sync ${a} `));
});

test('every query has JSON', async (t) => {
  const path = await writeAcademy(t, firstTerm, secondTerm);
  const json = async (...words: string[]) =>
    JSON.parse((await runInspect([path, ...words, '--output', 'json'])).stdout);
  const summary = await json();
  assert.equal(summary.file, path);
  assert.deepEqual(
    summary.syncs.map(({ shown, grants }: { shown: boolean; grants: unknown }) => [shown, grants]),
    [
      [false, { group: 2, role: 3, course: 4 }],
      [true, { course: 2 }],
    ],
  );
  const first = summary.syncs[0].sync_id;
  const { sync, users } = await json('users', '--sync', first.slice(0, -1));
  assert.equal(sync.sync_id, first);
  assert.deepEqual(
    users.map(({ id, email, status }: Record<string, string>) => [id, email, status]),
    [
      ['u1', 'u1@academy.test', 'enabled'],
      ['u2', 'u2@academy.test', 'enabled'],
      ['u3', 'u3@academy.test', 'disabled'],
      ['u4', 'u4@academy.test', 'disabled'],
    ],
  );
  const access = await json('access', 'u1', '--sync', first);
  assert.equal(access.principal.profile.department, 'Physics');
  assert.deepEqual(access.grants[1], {
    id: 'role:r1:assigned:user:u1',
    principal: {
      type: 'user',
      id: 'u1',
      name: 'Ada Lovelace',
      email: 'u1@academy.test',
      status: 'enabled',
      listed: true,
    },
    resource: { type: 'role', id: 'r1', name: 'Teacher' },
    entitlement: { id: 'role:r1:assigned', slug: 'assigned', name: 'Teacher assigned' },
    direct: true,
    via: [{ id: 'group:g1:member', name: 'Staff member' }],
    details: {},
  });
  assert.deepEqual((await json('grants', '--user', 'kurt')).grants, []);
  assert.equal((await json('entitlements')).entitlements.length, 7);
  assert.deepEqual((await json('who', 'analysis', '--sync', first)).grants.length, 1);
  assert.deepEqual((await json('leavers', '--sync', first)).leavers[0].grants_by_type, { course: 1, role: 1 });
  const { counts, changes } = await json('diff');
  assert.equal(counts.lost_grants, 7);
  assert.equal(counts.changed, true);
  assert.deepEqual(changes.at(6).fields, [
    { field: 'name', before: 'Blaise Pascal', after: 'Blaise P.' },
    { field: 'status', before: 'enabled', after: 'disabled' },
  ]);
  assert.deepEqual(
    changes
      .filter(({ change }: { change: string }) => change === 'moved')
      .map(({ before, after }: never) => [before, after]),
    [
      [
        {
          resource: { type: 'course', id: 'c1', name: 'Algebra' },
          entitlement: { id: 'course:c1:in_progress', slug: 'in_progress', name: 'Algebra in progress' },
        },
        {
          resource: { type: 'course', id: 'c1', name: 'Algebra' },
          entitlement: { id: 'course:c1:completed', slug: 'completed', name: 'Algebra completed' },
        },
      ],
    ],
  );
});

const hostile = '=cmd|"/c calc"!A1';

async function writeHostile(t: TestContext): Promise<string> {
  const course = buildResource({
    type: types.course,
    id: '-2+3',
    displayName: hostile,
    description: 'a\u0007\u202eb, "q"\n=x',
  });
  return await writeAcademy(t, { resources: [course], grants: [] });
}

test('an export as CSV has no formulas', async (t) => {
  const { stdout } = await runInspect([await writeHostile(t), 'export', 'courses']);
  assert.equal(
    stdout,
    'type,name,email,status,status_details,logins,employee_ids,last_login,created_at,description,parent,profile,id\n' +
      `course,"'=cmd|""/c calc""!A1",,,,,,,,"a\u0007\u202eb, ""q""\n=x",,,'-2+3\n`,
  );
});

test('an export with --output json is NDJSON unless something else names its format', async (t) => {
  const path = await writeAcademy(t, firstTerm);
  const first = async (...words: string[]) => {
    const { stdout } = await runInspect([path, 'export', 'roles', '--output', 'json', ...words]);
    return stdout.split('\n', 1)[0] ?? '';
  };
  assert.equal(JSON.parse(await first()).name, 'Teacher');
  assert.match(await first('--format', 'csv'), /^type,name,/);
});

test('an export to a terminal does not control it', async (t) => {
  const { stdout } = await runInspect([await writeHostile(t), 'export', 'courses'], { isTTY: true });
  assert.match(stdout, /a\\u0007\\u202eb, ""q""\\n=x/);
});

test('an export to a file: its format follows from the name, and only its owner can read it', async (t) => {
  const path = await writeAcademy(t, firstTerm);
  const to = join(dirname(path), 'users.ndjson');
  const { exitCode, stdout } = await runInspect([path, 'export', 'users', '--to', to]);
  assert.deepEqual([exitCode, stdout], [0, '']);
  const lines = (await readFile(to, 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).name),
    ['Ada Lovelace', 'Blaise Pascal', 'Ada Lovelace', 'Émmy Noether'],
  );
  assert.equal((await stat(to)).mode & 0o777, 0o600);
  assert.deepEqual((await readdir(dirname(path))).sort(), ['sync.c1z', 'temporary', 'users.ndjson']);
});

test('an export as XLSX has texts and numbers', async (t) => {
  const path = await writeHostile(t);
  const to = join(dirname(path), 'courses.xlsx');
  assert.equal((await runInspect([path, 'export', 'courses', '--to', to])).exitCode, 0);
  const { sheets } = await readXlsx(await readFile(to));
  assert.equal(sheets[0]?.name, 'courses');
  assert.equal(sheets[0]?.rows[1]?.[1], hostile);
  assert.equal(sheets[0]?.rows[1]?.[9], 'a\u0007\u202eb, "q"\n=x');
  const leavers = join(dirname(path), 'leavers.xlsx');
  await runInspect([await writeAcademy(t, firstTerm), 'export', 'leavers', '--to', leavers]);
  assert.equal((await readXlsx(await readFile(leavers))).sheets[0]?.rows[1]?.[3], 2);
});

test('what cannot be exported is refused, and a failed export leaves the file as it was', async (t) => {
  assert.match(await refuse(t, 'export'), /usage: inspect FILE export QUERY/);
  assert.match(await refuse(t, 'export', 'summary'), /export: name a table/);
  assert.match(await refuse(t, 'export', 'users', '--format', 'xlsx'), /--format xlsx: name the file with --to/);
  const path = await writeAcademy(t, firstTerm);
  const to = join(dirname(path), 'missing', 'users.csv');
  const { exitCode, stderr } = await runInspect([path, 'export', 'users', '--to', to]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /--to: cannot write .*users\.csv: its folder does not exist\n/);
  const folder = await runInspect([path, 'export', 'users', '--to', dirname(path)]);
  assert.match(folder.stderr, /cannot write .*: it is a folder\n/);
  assert.deepEqual(
    (await readdir(dirname(path))).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('names cannot control the terminal', async (t) => {
  const evil = buildResource({ type: types.course, id: 'c7', displayName: 'evil\u001b[2J\u202e name\n2' });
  const path = await writeAcademy(t, { resources: [evil], grants: [] });
  assert.equal(
    (await runInspect([path, 'courses'])).stdout,
    'NAME                         ID\nevil\\u001b[2J\\u202e name\\n2  c7\n',
  );
});

test('on a terminal, tables are colored and fit its width; elsewhere they are neither', async (t) => {
  const path = await writeAcademy(t, firstTerm);
  const onTerminal = await runInspect([path, 'users'], { isTTY: true, columns: 30 });
  assert.ok(onTerminal.stdout.startsWith('\u001b[1mNAME'));
  assert.ok(onTerminal.stdout.includes('\u001b[33mdisabled\u001b[39m'));
  const lines = stripVTControlCharacters(onTerminal.stdout).split('\n');
  for (const line of lines) assert.ok(line.length <= 30, line);
  assert.match(onTerminal.stdout, /Ada Love…/);
  const withoutColor = await runInspect([path, 'users'], { isTTY: true, columns: 80, env: { NO_COLOR: '1' } });
  assert.match(withoutColor.stdout, /^NAME/);
});

test('columns are aligned by what characters take on a terminal', async (t) => {
  const names = ['入門', 'e\u0301te', '🎓 lab', 'plain'];
  const resources = names.map((displayName, i) => buildResource({ type: types.course, id: `c${i}`, displayName }));
  const { stdout } = await runInspect([await writeAcademy(t, { resources, grants: [] }), 'courses']);
  assert.equal(stdout, 'NAME    ID\n入門    c0\ne\u0301te     c1\n🎓 lab  c2\nplain   c3\n');
});

test('a file that is not one is refused with what it is', async (t) => {
  const path = await writeAcademy(t, firstTerm);
  await writeFile(path, 'hello');
  const { exitCode, stderr } = await runInspect([path]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /is not a \.c1z file/);
});

test('a reader that goes early ends it quietly', async (t) => {
  const courses = Array.from({ length: 20_000 }, (_, i) =>
    buildResource({ type: types.course, id: `c${i}`, displayName: `Course ${i}` }),
  );
  const path = await writeAcademy(t, { resources: courses, grants: [] });
  const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, [program, 'inspect', path, 'courses'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (part) => {
    stderr += part;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const [exitCode] = await once(child, 'close');
  assert.equal(stderr, '');
  assert.equal(exitCode, 0);
});
