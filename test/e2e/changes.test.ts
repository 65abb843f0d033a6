// --changes against Percipio: a file as an identity team writes it, applied, repeated, interrupted and resumed.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createCredentials } from '../../src/simulator/conductorone/credentials.ts';
import type { PercipioUser } from '../../src/simulator/percipio/organization/api-objects.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, type RunOptions, runProgram, startProcess } from './run-program.ts';

async function createPlace(t: TestContext) {
  const percipio = await startSimulator(t, { seed: 7, users: 30, courses: 3, activityRows: 5, ...READY_AT_ONCE });
  const folder = await createWorkFolder(t);
  const path = join(folder.path, 'people.csv');
  const run = (options: RunOptions = {}) =>
    runProgram(percipio, folder, { ...options, argv: ['--changes=people.csv', ...(options.argv ?? [])] });
  return {
    percipio,
    folder,
    run,
    write: (...lines: string[]) => writeFileSync(path, lines.map((line) => `${line}\n`).join('')),
    runForRecord: async (...argv: string[]) => {
      const { exitCode, stdout, stderr } = await run({ argv: [...argv, '--output=json'] });
      assert.ok(stdout !== '', stderr);
      return { exitCode, record: JSON.parse(stdout) };
    },
    results: () =>
      readFileSync(`${path}.results.ndjson`, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    writes: () => percipio.requests.all.filter(({ method }) => method !== 'GET').length,
    user: (wanted: (user: PercipioUser) => boolean) => {
      const user = percipio.data.users.find(wanted);
      assert.ok(user);
      return user;
    },
  };
}

const { clientId, clientSecret } = createCredentials('tenant.test');

const active = ({ isActive, role }: PercipioUser) => isActive === true && role === 'LEARNER';

test('people join, move and leave by one file', async (t) => {
  const place = await createPlace(t);
  const [leaver, mover, promoted] = place.percipio.data.users.filter(
    (user) => active(user) && user.email && user.loginName && user.externalUserId,
  );
  const attribute = place.percipio.data.users[0]?.customAttributes?.[0]?.name;
  assert.ok(leaver && mover && promoted && attribute);
  place.write(
    `change;person;external_user_id;email;First name;last_name;role;custom_attributes.${attribute}`,
    'create;;E100042;ada@example.com;Ada;"Lovelace; Countess";Learning Admin;Platform',
    `deactivate;${leaver.email?.toUpperCase()};;;;;;`,
    `attributes;${mover.loginName};;;;Curie;;Research`,
    `role;${promoted.externalUserId};;;;;site admin;`,
    'role;ada@example.com;;;;;CONTENT_CURATOR;',
  );
  const { exitCode, record } = await place.runForRecord();
  assert.deepEqual(
    place.results().filter(({ outcome }) => outcome === 'failed'),
    [],
  );
  const { results, duration_ms, ...counts } = record;
  assert.deepEqual(
    [exitCode, counts],
    [
      0,
      {
        outcome: 'done',
        rows: 5,
        done: 5,
        outcomes: { created: 1, done: 2, granted: 2 },
        skipped: 0,
        failed: 0,
        remaining: 0,
      },
    ],
  );
  const ada = place.user(({ externalUserId }) => externalUserId === 'E100042');
  assert.deepEqual(
    [ada.email, ada.firstName, ada.lastName, ada.role],
    ['ada@example.com', 'Ada', 'Lovelace; Countess', 'CONTENT_CURATOR'],
  );
  assert.equal(place.user(({ id }) => id === leaver.id).isActive, false);
  const moved = place.user(({ id }) => id === mover.id);
  assert.deepEqual(
    [moved.lastName, moved.firstName, moved.customAttributes?.find(({ name }) => name === attribute)?.value],
    ['Curie', mover.firstName, 'Research'],
  );
  assert.equal(place.user(({ id }) => id === promoted.id).role, 'ADMIN');
  assert.equal(place.writes(), 5);
});

test('the same file again changes nothing, and a corrected row is done', async (t) => {
  const place = await createPlace(t);
  const leaver = place.user(active);
  const header = 'change,person';
  place.write(header, `deactivate,${leaver.email}`, 'deactivate,nobody@example.com');
  const first = await place.runForRecord();
  assert.deepEqual(
    [first.exitCode, first.record.outcome, first.record.done, first.record.failed],
    [1, 'incomplete', 1, 1],
  );
  const failure = place.results().find(({ outcome }) => outcome === 'failed');
  const { at, row, ...rest } = failure;
  assert.deepEqual(rest, {
    line: 3,
    change: 'deactivate',
    person: 'nobody@example.com',
    outcome: 'failed',
    code: 'NOT_FOUND',
    reason: 'account_not_found',
    message: 'no account in the application has this name',
  });
  const again = await place.runForRecord();
  assert.deepEqual([again.record.skipped, again.record.done, again.record.failed, place.writes()], [1, 0, 1, 1]);

  const other = place.user((user) => active(user) && user.id !== leaver.id);
  place.write(header, `deactivate,${leaver.email}`, `deactivate,${other.id}`);
  const corrected = await place.runForRecord();
  assert.deepEqual(
    [corrected.exitCode, corrected.record.outcome, corrected.record.skipped, corrected.record.done, place.writes()],
    [0, 'done', 1, 1, 2],
  );
  const asText = await place.run();
  assert.match(asText.stdout, /^0 of 2 changes done, 0 failed, 0 not done, 2 done before\.\nResults: .*ndjson\n$/);
});

test('results of one organization do not count for another', async (t) => {
  const [sandbox, production] = [await createPlace(t), await createPlace(t)];
  const { email } = sandbox.user(active);
  for (const place of [sandbox, production]) place.write('change,person', `deactivate,${email}`);
  await sandbox.runForRecord();
  const results = join(sandbox.folder.path, 'people.csv.results.ndjson');
  const { exitCode, stderr } = await production.run({ argv: [`--changes-results=${results}`] });
  assert.equal(exitCode, 2);
  assert.match(stderr, /has the results of baton-percipio for organization .* at http.*: name another file/);
  assert.equal(production.writes(), 0);
});

test('all faults of a file are listed at once, before anything is asked', async (t) => {
  const place = await createPlace(t);
  place.write(
    'change,person,external_user_id,emial,role,custom_attributes.Team,password,reactivate',
    'create,,E1,,wizard,,s3cret,maybe',
    'create,,,,,,,',
    'crate,,E2,,,,,',
    'role,ada@example.com,,,Wizard,,,',
    'deactivate,,,,,,,',
    'deactivate,Ada@example.com,,,ADMIN,,,',
    'activate,bob@example.com,,,,,,',
    'activate,BOB@example.com,,,,,,',
    'attributes,bob@example.com,,,,,,',
    'create,ada,E3,,,,,',
  );
  const { exitCode, stdout, stderr } = await place.run();
  assert.deepEqual([exitCode, stdout, place.percipio.requests.total], [2, '', 0]);
  assert.ok(!stderr.includes('s3cret') && !stderr.includes('example.com'), stderr);
  const faults = stderr.split('\n').map((line) => line.replace(/^ *--changes: people\.csv /, ''));
  assert.match(
    faults[1] ?? '',
    /^line 1: unknown column "emial"; did you mean email\? Valid columns: change, person, /,
  );
  assert.match(faults[2] ?? '', /^line 1: unknown column "password"; valid columns: .* custom_attributes\.NAME/);
  const [, otherActions = ''] = / activate, deactivate, attributes, (.*)$/.exec(faults[6] ?? '') ?? [];
  assert.match(otherActions, /\badopt_user\b/);
  assert.deepEqual(faults.slice(3, 13), [
    'line 2: reactivate must be true or false',
    'line 3: identifies nobody: set at least one of external_user_id, email, login_name',
    'line 3: create needs external_user_id',
    `line 4: unknown change "crate"; valid changes: create, role, activate, deactivate, attributes, ${otherActions}`,
    'line 5: unknown role; valid roles: Learner (LEARNER), Site Admin (ADMIN), Content Curator (CONTENT_CURATOR), Content Coordinator (CONTENT_COORDINATOR), Learning Admin (LEARNING_ADMIN), Manager (MANAGER)',
    'line 6: needs a person: an e-mail, a login or an id',
    'line 7: role does not apply to deactivate, which takes: nothing else',
    'line 9: the same person and change as in line 8',
    'line 10: at least one of first_name, last_name, email, login_name, and custom_attributes is required',
    'line 11: person does not apply to create: name the new account',
  ]);
});

test('what the connector itself rejects of a new account or a profile is a fault of the file too', async (t) => {
  const place = await createPlace(t);
  place.write(
    'change,person,external_user_id,email,role',
    'create,,E1,nonsense,wizard',
    'attributes,ada@example.com,,nonsense,',
  );
  const { exitCode, stderr } = await place.run();
  assert.deepEqual([exitCode, place.percipio.requests.total], [2, 0]);
  assert.match(
    stderr,
    /line 2: Cannot create the account: email must be an e-mail address; role must be one of LEARNER/,
  );
  assert.match(stderr, /line 3: email must be an e-mail address/);
});

test('NDJSON can clear an attribute, which an empty cell does not', async (t) => {
  const place = await createPlace(t);
  const user = place.user((each) => active(each) && each.customAttributes?.some(({ value }) => value) === true);
  const name = user.customAttributes?.find(({ value }) => value)?.name ?? '';
  place.write(JSON.stringify({ change: 'attributes', person: user.id, custom_attributes: { [name]: '' } }));
  const { record } = await place.runForRecord();
  assert.equal(record.outcome, 'done');
  const after = place.user(({ id }) => id === user.id).customAttributes?.find((each) => each.name === name);
  assert.equal(after?.value ?? '', '');
});

test('two names of one person do not get the same change from two rows', async (t) => {
  const place = await createPlace(t);
  const user = place.user((each) => active(each) && Boolean(each.email && each.externalUserId));
  place.write('change,person,role', `role,${user.email},ADMIN`, `role,${user.externalUserId},MANAGER`);
  const { exitCode, record } = await place.runForRecord('--workers=1');
  assert.deepEqual([exitCode, record.done, record.failed, place.writes()], [1, 1, 1, 1]);
  const again = await place.runForRecord('--workers=1');
  assert.deepEqual([again.record.failed, place.writes()], [1, 1]);
  assert.match(place.results().at(-1).message, /^line 2 has the same change for the same account$/);
  assert.equal(place.user(({ id }) => id === user.id).role, 'ADMIN');
});

test('a dry run shows what each row would write, and writes nothing, not even results', async (t) => {
  const place = await createPlace(t);
  const [learner, leaver] = place.percipio.data.users.filter((user) => active(user) && user.email);
  assert.ok(learner && leaver);
  place.write(
    'change,person,external_user_id,email,role',
    'create,,E100042,ada@example.com,',
    'role,E100042,,,Manager',
    `role,${learner.email},,,Learner`,
    `deactivate,${leaver.id},,,`,
    'activate,nobody@example.com,,,',
  );
  const { exitCode, record } = await place.runForRecord('--dry-run');
  const { changes, ...counts } = record;
  assert.deepEqual(counts, {
    ...{ outcome: 'dry-run', rows: 5, would_write: 3, nothing_to_write: 1, failed: 1, skipped: 0, remaining: 0 },
  });
  assert.equal(exitCode, 1);
  assert.deepEqual(
    changes.map(({ line, outcome }: { line: number; outcome: string }) => [line, outcome]),
    [
      [2, 'would-write'],
      [3, 'would-write'],
      [4, 'nothing-to-write'],
      [5, 'would-write'],
      [6, 'failed'],
    ],
  );
  assert.equal(changes[0].writes[0].body.externalUserId, 'E100042');
  assert.equal(changes[1].after_line, 2);
  const { stdout } = await place.run({ argv: ['--dry-run'] });
  assert.match(stdout, /^line 2: create E100042: would send\n {2}POST http.*\/users \{"externalUserId":"E100042"/);
  assert.match(stdout, /\nline 3: role E100042: would change the account of line 2\n/);
  assert.match(
    stdout,
    /\nDry run: nothing was written\. Of 5 changes, 3 would write, 1 need nothing, 1 would fail, 0 were not tried\.\n$/,
  );
  assert.equal(place.writes(), 0);
  assert.deepEqual(await place.folder.list(), ['people.csv']);
});

test('a token that is rejected ends the run at once, and the rest is done later', async (t) => {
  const place = await createPlace(t);
  const people = place.percipio.data.users.filter((user) => active(user) && user.email);
  place.write('change,person', ...people.map(({ email }) => `deactivate,${email}`));
  const { exitCode, stdout } = await place.run({ env: { BATON_API_TOKEN: 'wrong-token-of-another-account' } });
  assert.equal(exitCode, 1);
  assert.match(stdout, /^Stopped: the application rejects the credentials or their permissions\.\n/);
  assert.ok(place.percipio.requests.total < 30, String(place.percipio.requests.total));
  const { record } = await place.runForRecord();
  assert.deepEqual([record.outcome, record.done], ['done', people.length]);
});

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  test(`after ${signal} the same command does the rest, and nothing twice`, async (t) => {
    const place = await createPlace(t);
    const lines = Array.from({ length: 200 }, (_, index) => `create,E9${index},p${index}@example.com`);
    place.write('change,external_user_id,email', ...lines);
    const { child, finished } = startProcess(t, place.percipio, place.folder, {
      argv: ['--changes=people.csv', '--output=json'],
    });
    while (place.writes() < 20 && child.exitCode === null) await setTimeout(5);
    child.kill(signal);
    const { exitCode, stdout, stderr } = await finished;
    const written = place.writes();
    assert.ok(written >= 20 && written < 200, `${written} written: ${stderr}`);
    if (signal === 'SIGINT') {
      const { outcome, done, failed, remaining, stopped } = JSON.parse(stdout);
      assert.deepEqual(
        [exitCode, outcome, done, failed, stopped],
        [130, 'incomplete', written, 0, 'stopped by SIGINT'],
      );
      assert.equal(done + remaining, 200);
    }
    const { record } = await place.runForRecord();
    assert.deepEqual([record.outcome, record.skipped + record.done], ['done', 200]);
    assert.ok(record.skipped >= (signal === 'SIGINT' ? written : written - 4), String(record.skipped));
    assert.equal(place.writes(), 200);
    assert.equal(
      place.percipio.data.users.filter(({ externalUserId }) => externalUserId?.startsWith('E9')).length,
      200,
    );
  });
}

test('the log says which rows failed, without names', async (t) => {
  const place = await createPlace(t);
  place.write('change,person', 'deactivate,nobody@example.com');
  const { stderr, stdout } = await place.run({ argv: ['--log-format=json'] });
  assert.match(stderr, /"line":2,"change":"deactivate","code":"NOT_FOUND","reason":"account_not_found"/);
  assert.ok(!stderr.includes('nobody@example.com'), stderr);
  assert.match(stdout, /\n {2}line 2: deactivate nobody@example\.com: no account in the application has this name\n/);
  assert.match(stdout, /Run the same command again to repeat what failed and to do the rest\.\n$/);
});

test('a terminal shows the progress, not a line for each change', async (t) => {
  const place = await createPlace(t);
  place.write('change,external_user_id', 'create,E1');
  const { exitCode, stderr } = await runProgram(place.percipio, place.folder, {
    argv: ['--changes=people.csv'],
    isTTY: true,
  });
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /· 0 of 1 change, 0 failed/);
  assert.ok(!stderr.includes('created a user'), stderr);
});

for (const [argv, message] of [
  [['--changes-results=x'], /--changes-results requires --changes/],
  [['--changes=people.csv', '--invoke-action=enable_user'], /--invoke-action and --changes are mutually exclusive/],
  [['--changes=people.csv', '--password-file=x'], /--password-file requires --create-account-login or/],
  [
    ['--changes=people.csv', `--client-id=${clientId}`, `--client-secret=${clientSecret}`],
    /--changes: not available in service mode/,
  ],
  [['--changes=none.csv'], /--changes: .*none\.csv cannot be read/],
] as const) {
  test(`${argv.map((word) => word.replace(/^(--client-\w+).*/, '$1')).join(' ')} is a fault`, async (t) => {
    const place = await createPlace(t);
    const { exitCode, stderr } = await runProgram(place.percipio, place.folder, { argv });
    assert.equal(exitCode, 2);
    assert.match(stderr, message);
    assert.equal(place.percipio.requests.total, 0);
  });
}
