import assert from 'node:assert/strict';
import { once } from 'node:events';
import { utimes } from 'node:fs/promises';
import { get } from 'node:http';
import { test } from 'node:test';
import { grant } from '../c1z/sample-records.ts';
import {
  ada,
  algebra,
  blaise,
  completed,
  firstTerm,
  isTeacher,
  person,
  staff,
  writeAcademy,
} from '../inspect/academy.ts';
import { startExplore } from './start-explore.ts';

const secondTerm = {
  resources: [...firstTerm.resources, person('u5', '=HYPERLINK("http://x")')],
  grants: [...firstTerm.grants, grant(isTeacher, staff), grant(completed(algebra), blaise)],
};

test('only who has the token gets in, and it leaves the address bar', async (t) => {
  const { url, origin, headers } = await startExplore(t, await writeAcademy(t, firstTerm));
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/);
  for (const [path, init] of [
    ['/', {}],
    ['/api/file', {}],
    ['/?token=wrong', { headers }],
    ['/api/file', { headers: { cookie: `explore-${new URL(url).port}=wrong` } }],
  ] as const) {
    const refused = await fetch(`${origin}${path}`, init);
    assert.equal(refused.status, 401, path);
    assert.match(await refused.text(), /Open the URL that explore printed/);
  }
  const opened = await fetch(url, { redirect: 'manual' });
  assert.equal(opened.status, 303);
  assert.equal(opened.headers.get('location'), '/');
  const cookie = opened.headers.get('set-cookie') ?? '';
  assert.match(cookie, /; HttpOnly; SameSite=Strict; Path=\/$/);
  const page = await fetch(`${origin}/`, { headers: { cookie: cookie.split(';')[0] ?? '' } });
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<!doctype html>/);
  const elsewhere = await fetch(`${origin}//evil.test/${new URL(url).search}`, { redirect: 'manual' });
  assert.equal(elsewhere.headers.get('location'), '/');
});

test('answers only requests to this machine, and no other site can show or read a page', async (t) => {
  const { origin, headers } = await startExplore(t, await writeAcademy(t, firstTerm));
  const request = get(`${origin}/api/file`, { headers: { ...headers, host: 'rebound.test' } });
  const [response] = await once(request, 'response');
  assert.equal(response.statusCode, 403);
  response.resume();
  const page = await fetch(origin, { headers });
  assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self';.*frame-anc/);
  assert.equal(page.headers.get('cross-origin-resource-policy'), 'same-origin');
  assert.equal(page.headers.get('cache-control'), 'no-store');
  const post = await fetch(origin, { headers, method: 'POST' });
  assert.equal(post.status, 405);
});

test('searches without regard to case and accents, sorts, filters and cuts into pages', async (t) => {
  const { ask } = await startExplore(t, await writeAcademy(t, firstTerm));
  const names = async (query: string) => {
    const { body } = await ask(`table?of=resources&${query}`);
    return [body.total, (body.rows as { name: string }[]).map(({ name }) => name)];
  };
  assert.deepEqual(await names('q=EMMY%20noe'), [1, ['Émmy Noether']]);
  assert.deepEqual(await names('q=u2@academy'), [1, ['Blaise Pascal']]);
  assert.deepEqual(await names('type=user&sort=-name&size=2'), [4, ['Émmy Noether', 'Blaise Pascal']]);
  assert.deepEqual(await names('type=user&sort=-name&size=2&page=2'), [4, ['Ada Lovelace', 'Ada Lovelace']]);
  assert.deepEqual(await names('type=user&is.status=disabled'), [2, ['Ada Lovelace', 'Émmy Noether']]);
  assert.deepEqual(await names('q=100%25_'), [0, []]);
  assert.equal((await names('q=physics'))[0], 4);
  assert.deepEqual(await names('q=department'), [0, []]);
  const { body } = await ask('table?of=resources&facets=type,nothing');
  assert.deepEqual((body.choices as Record<string, { value: string; count: number }[]>).type?.[0], {
    value: 'user',
    count: 4,
  });
});

test('says who is at a course, who has completed it and when, and what a person has', async (t) => {
  const { ask } = await startExplore(t, await writeAcademy(t, firstTerm));
  const courses = await ask('table?of=resources&type=course&sort=-grants');
  assert.deepEqual(courses.body.rows, [
    {
      name: 'Algebra',
      grants: 3,
      'grants:completed': 2,
      'grants:in_progress': 1,
      description: '',
      type: 'course',
      id: 'c1',
    },
    {
      name: 'Analysis',
      grants: 1,
      'grants:completed': 1,
      'grants:in_progress': 0,
      description: '',
      type: 'course',
      id: 'c2',
    },
  ]);
  const course = await ask('resource?type=course&id=c1');
  assert.deepEqual(course.body.counts, { completed: 2, in_progress: 1 });
  const holders = await ask('table?of=grants&resource_type=course&resource_id=c1&is.entitlement=completed');
  assert.deepEqual(
    (holders.body.rows as Record<string, string>[]).map(({ principal, status, details }) => [
      principal,
      status,
      details,
    ]),
    [
      ['Ada Lovelace', 'enabled', 'completed_date 2026-05-04'],
      ['u9', 'gone', ''],
    ],
  );
  const person = await ask(`resource?type=user&id=${ada.id?.resource}`);
  assert.equal(person.body.name, 'Ada Lovelace');
  assert.deepEqual(person.body.profile, { department: 'Physics' });
  const roles = await ask('table?of=grants&principal_type=user&principal_id=u1&type=role');
  assert.deepEqual(
    (roles.body.rows as Record<string, string>[]).map(({ resource, how }) => [resource, how]),
    [['Teacher', 'direct, and via Staff member']],
  );
  const gone = await ask('resource?type=user&id=u9');
  assert.deepEqual([gone.status, gone.body.listed], [200, false]);
});

test('lists leavers and what changed, and draws nested groups', async (t) => {
  const { ask } = await startExplore(t, await writeAcademy(t, firstTerm, secondTerm));
  const leavers = await ask('table?of=leavers&sort=name');
  assert.deepEqual(
    (leavers.body.rows as Record<string, unknown>[]).map(({ id, reason, grants }) => [id, reason, grants]),
    [
      ['u3', 'disabled', 2],
      ['u9', 'gone', 1],
    ],
  );
  const { body: file } = await ask('file');
  const [before, after] = (file.syncs as { sync_id: string }[]).map(({ sync_id }) => sync_id);
  const changes = await ask(`changes?before=${before}&after=${after}`);
  assert.deepEqual(changes.body.lines, ['user: 1 joined', 'role assigned: 1 new', 'course completed: 1 new']);
  const rows = await ask(`table?of=changes&before=${before}&after=${after}&is.change=granted`);
  assert.deepEqual(
    (rows.body.rows as Record<string, unknown>[]).map(({ name, after: got }) => [name, got]),
    [
      ['Staff', 'Teacher assigned'],
      ['Blaise Pascal', 'Algebra completed'],
    ],
  );
  assert.equal((await ask(`changes?before=${after}&after=${after}`)).status, 400);
  assert.equal((await ask(`changes?before=nothing&after=${after}`)).status, 404);
  const groups = await ask('groups');
  assert.deepEqual(groups.body.edges, [{ from: 0, to: 1, slug: 'assigned' }]);
  assert.deepEqual(
    (groups.body.nodes as { name: string }[]).map(({ name }) => name),
    ['Staff', 'Teacher'],
  );
});

test('a table is downloaded as CSV, as it is filtered and sorted, without formulas', async (t) => {
  const { origin, headers } = await startExplore(t, await writeAcademy(t, firstTerm, secondTerm));
  const response = await fetch(`${origin}/api/table.csv?of=resources&type=user&is.status=enabled&sort=-name`, {
    headers,
  });
  assert.equal(response.headers.get('content-disposition'), 'attachment; filename="resources.csv"');
  const [head, ...lines] = (await response.text()).trim().split('\n');
  assert.match(head ?? '', /^type,name,email,status,/);
  assert.deepEqual(
    lines.map((line) => line.split(',', 2)[1]),
    ['Blaise Pascal', 'Ada Lovelace', `"'=HYPERLINK(""http://x"")"`],
  );
});

test('what is asked wrongly is answered with what is wrong', async (t) => {
  const { ask, origin, headers } = await startExplore(t, await writeAcademy(t, firstTerm));
  for (const [path, status, error] of [
    ['table', 400, 'of is missing'],
    ['table?of=secrets', 404, 'there is no table "secrets"'],
    ['table?of=resources&type=moon', 404, 'this sync has no type "moon"'],
    ['table?of=grants', 400, 'grants: name a principal or a resource'],
    ['table?of=resources&sort=name;drop', 400, 'the table has no column "name;drop"'],
    ['table?of=resources&is.none=1', 400, 'the table has no column "none"'],
    ['table?of=resources&size=100000', 400, 'size must be a number from 1 to 200'],
    ['table?of=resources&page=0', 400, 'page must be a number from 1 to 10000000'],
    [`table?of=resources&q=${'x'.repeat(501)}`, 400, 'q is longer than 500'],
    ['resource?type=moon&id=1', 404, 'this sync has no type "moon"'],
    ['constructor', 404, 'there is no /api/constructor'],
  ] as const) {
    assert.deepEqual(await ask(path), { status, body: { error } }, path);
  }
  for (const path of ['/package.json', '/assets/lib/undici.js', '/assets/%2e%2e/assets.ts', '/nothing']) {
    assert.equal((await fetch(`${origin}${path}`, { headers })).status, 404, path);
  }
});

test('stays with the file that it has opened, and says that there is another one', async (t) => {
  const path = await writeAcademy(t, firstTerm);
  const { ask } = await startExplore(t, path);
  assert.equal((await ask('file')).body.replaced, false);
  await utimes(path, new Date(0), new Date(0));
  const { body } = await ask('file');
  assert.deepEqual([body.replaced, body.resources], [true, 9]);
});

test('stops on request with exit code 0', async (t) => {
  const { stop, origin } = await startExplore(t, await writeAcademy(t, firstTerm));
  assert.equal(await stop(), 0);
  await assert.rejects(fetch(origin));
});

test('says what is wrong with the command line', async (t) => {
  const path = await writeAcademy(t, firstTerm);
  await assert.rejects(startExplore(t, path, 'another.c1z'), /name one \.c1z file: explore FILE/);
  await assert.rejects(startExplore(t, `${path}.missing`), /does not exist/);
  await assert.rejects(startExplore(t, path, '--sync=zzz'), /the file has no sync "zzz"/);
  const { origin } = await startExplore(t, path);
  await assert.rejects(startExplore(t, path, `--port=${new URL(origin).port}`), /cannot listen on 127\.0\.0\.1:\d+/);
});
