// One thing from the command line instead of a sync. Each kind once in a process of its own, and what is special here.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { StopRequest } from '../../../src/baton/author/host.ts';
import { createCredentials } from '../../../src/simulator/conductorone/credentials.ts';
import { createLendingPlace, type Outcome } from './run-lending.ts';

const { clientId, clientSecret } = createCredentials('tenant.test');
const lend = (book: string, reader: string) => [
  `--grant-entitlement=book:${book}:borrowed`,
  `--grant-principal=${reader}`,
  '--grant-principal-type=reader',
];
const takeBack = (book: string, reader: string) => [`--revoke-grant=book:${book}:borrowed:reader:${reader}`];
const remind = (args: object) => ['--invoke-action=remind', `--invoke-action-args=${JSON.stringify(args)}`];

/** The only line of stdout, read. */
function recordOf({ exitCode, stdout, stderr }: Outcome): Record<string, unknown> {
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^.*\n$/);
  return JSON.parse(stdout);
}

test('--grant-entitlement gives an entitlement of the file, with all that the file knows of it', async (t) => {
  const place = await createLendingPlace(t, { synced: true });
  const before = readFileSync(join(place.folder, 'sync.c1z'));
  const { exitCode, stdout, stderr } = await place.runProcess(lend('b0', 'r1'));
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(stdout.split('\n'), [
    'Granted book:b0:borrowed to reader r1 (Bob).',
    'It replaced the grant book:b0:borrowed:reader:r0.',
    `${join(place.folder, 'sync.c1z')} is unchanged; the next sync will contain the change.`,
    '',
  ]);
  assert.deepEqual([place.library().books.b0, place.library().asked], ['r1', ['lend All about b0 to Bob']]);
  assert.deepEqual(readFileSync(join(place.folder, 'sync.c1z')), before);
});

test('--grant-entitlement tells scripts what came of it, and a second time that it was there already', async (t) => {
  const place = await createLendingPlace(t, { synced: true });
  const principal = { resource_type: 'reader', resource: 'r1', display_name: 'Bob' };
  const common = { entitlement_id: 'book:b1:borrowed', principal, grant_ids: ['book:b1:borrowed:reader:r1'] };
  const argv = [...lend('b1', 'r1'), '--output=json'];
  assert.deepEqual(recordOf(await place.run(argv)), { outcome: 'granted', ...common });
  assert.deepEqual(recordOf(await place.run(argv)), { outcome: 'already-exists', ...common });
  const { stdout } = await place.run(lend('b1', 'r1'));
  assert.equal(stdout, 'Nothing changed: reader r1 (Bob) already has book:b1:borrowed.\n');
});

test('--revoke-grant takes back a grant of the file', async (t) => {
  const place = await createLendingPlace(t, { synced: true });
  const { exitCode, stdout, stderr } = await place.runProcess(takeBack('b0', 'r0'));
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^Revoked book:b0:borrowed:reader:r0\.\n.*sync\.c1z is unchanged/);
  assert.deepEqual([place.library().books.b0, place.library().asked], ['', ['take All about b0 from Ann']]);
  const again = await place.run([...takeBack('b0', 'r0'), '--output=json']);
  assert.deepEqual(recordOf(again), { outcome: 'already-revoked', grant_id: 'book:b0:borrowed:reader:r0' });
});

for (const [what, argv, message] of [
  ['an entitlement', lend('b2', 'r1'), /has no entitlement book:b2:borrowed; did you mean book:b0:borrowed\?/],
  ['a principal', lend('b0', 'r11'), /has no reader r11; did you mean reader:r1\?/],
  [
    'a grant',
    takeBack('b0', 'r7'),
    /has no grant book:b0:borrowed:reader:r7; did you mean book:b0:borrowed:reader:r0\?/,
  ],
] as const) {
  test(`${what} that the file does not hold ends with what may be meant, and nothing is asked`, async (t) => {
    const place = await createLendingPlace(t, { synced: true });
    const { exitCode, stdout, stderr } = await place.run(argv);
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, message);
    assert.deepEqual(place.library().asked, []);
  });
}

test('--file names the file, and without one there is nothing to grant', async (t) => {
  const place = await createLendingPlace(t);
  const { exitCode, stderr } = await place.run([...lend('b0', 'r1'), '--file=other.c1z']);
  assert.equal(exitCode, 1);
  assert.match(stderr, /the \.c1z file .*other\.c1z does not exist or is empty\. Run a sync first/);
  await place.run(['--file=other.c1z']);
  assert.equal((await place.run([...lend('b0', 'r1'), '--file=other.c1z'])).exitCode, 0);
});

test('--create-account-login makes an account, and leaves the credential to the connector', async (t) => {
  const place = await createLendingPlace(t);
  const argv = [
    '--create-account-login=dora',
    '--create-account-email=d@x.test',
    '--create-account-profile={"name":"Dora"}',
  ];
  const { exitCode, stdout, stderr } = await place.runProcess(argv);
  assert.equal(exitCode, 0, stderr);
  assert.equal(stdout, 'Created reader dora (Dora).\n');
  assert.deepEqual(place.library().asked, [
    'create dora <d@x.test first> {"login":"dora","email":"d@x.test","name":"Dora"} with the usual credential',
  ]);
});

test('what the profile says of login and e-mail counts, and an e-mail alone is enough', async (t) => {
  const place = await createLendingPlace(t);
  const create = (...argv: string[]) => place.run(argv.map((each) => `--create-account-${each}`));
  await create('login=flag', 'profile={"login":"eve","email":"e@x.test"}', 'resource-type=reader');
  await create('email=f@x.test');
  assert.deepEqual(place.library().asked, [
    'create eve <e@x.test first> {"login":"eve","email":"e@x.test"} with the usual credential',
    'create  <f@x.test first> {"email":"f@x.test"} with the usual credential',
  ]);
});

test('--password-file gets the password that was set, for its owner alone, and nothing else does', async (t) => {
  const place = await createLendingPlace(t);
  const argv = ['--create-account-login=dora', '--password-file=password', '--log-level=debug'];
  const { exitCode, stdout, stderr } = await place.runProcess(argv);
  assert.equal(exitCode, 0, stderr);
  const path = join(place.folder, 'password');
  assert.equal(stdout, `Created reader dora.\nIts password is in ${path}.\n`);
  const password = place.library().passwords.dora ?? '';
  assert.equal(password.length, 20);
  assert.equal(readFileSync(path, 'utf8'), `${password}\n`);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.ok(!stdout.includes(password) && !stderr.includes(password));
});

test('an account that was not created leaves no password file', async (t) => {
  const place = await createLendingPlace(t);
  const create = (login: string) =>
    place.run([`--create-account-login=${login}`, '--password-file=password', '--output=json']);
  const existing = { resource_type: 'reader', resource: 'r1', display_name: 'Bob' };
  assert.deepEqual(recordOf(await create('r1')), { outcome: 'already-exists', resource: existing });
  assert.deepEqual(recordOf(await create('late')), { outcome: 'in-progress' });
  const refused = await create('refused');
  assert.deepEqual([refused.exitCode, refused.stdout], [1, '']);
  assert.match(refused.stderr, /nobody may be called so/);
  assert.equal(existsSync(join(place.folder, 'password')), false);
});

test('a password file that is there already is a fault before anything is asked', async (t) => {
  const place = await createLendingPlace(t);
  writeFileSync(join(place.folder, 'password'), 'mine');
  const { exitCode, stderr } = await place.run(['--create-account-login=dora', '--password-file=password']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /--password-file: .*password already exists/);
  assert.deepEqual(place.library().asked, []);
});

test('an account that a person has to finish says how', async (t) => {
  const place = await createLendingPlace(t);
  const { stdout } = await place.run(['--create-account-login=guest']);
  assert.equal(stdout, 'Created reader guest. Manual action is required: sign the card\n');
  const { message } = recordOf(
    await (await createLendingPlace(t)).run(['--create-account-login=guest', '--output=json']),
  );
  assert.equal(message, 'sign the card');
});

test('--delete-resource deletes, and says when there is nothing to delete', async (t) => {
  const place = await createLendingPlace(t);
  const argv = ['--delete-resource=r2', '--delete-resource-type=reader'];
  const { exitCode, stdout, stderr } = await place.runProcess(argv);
  assert.equal(exitCode, 0, stderr);
  assert.equal(stdout, 'Deleted reader r2.\n');
  assert.deepEqual(Object.keys(place.library().readers), ['r0', 'r1']);
  assert.deepEqual(recordOf(await place.run([...argv, '--output=json'])), {
    outcome: 'does-not-exist',
    resource: { resource_type: 'reader', resource: 'r2' },
  });
});

test('--rotate-credentials sets a password that goes to a file or is known to nobody', async (t) => {
  const place = await createLendingPlace(t);
  const argv = ['--rotate-credentials=r1', '--rotate-credentials-type=reader'];
  const { exitCode, stdout, stderr } = await place.runProcess([...argv, '--password-file=password']);
  assert.equal(exitCode, 0, stderr);
  assert.equal(stdout, `Set a new password for reader r1.\nIt is in ${join(place.folder, 'password')}.\n`);
  const { r1: first = '' } = place.library().passwords;
  assert.equal(readFileSync(join(place.folder, 'password'), 'utf8'), `${first}\n`);
  const unknown = await place.run(argv);
  const { r1: second = '' } = place.library().passwords;
  assert.notEqual(second, first);
  assert.match(
    unknown.stdout,
    /^Set a new password for reader r1\.\nNobody knows it\. Run this with --password-file FILE/,
  );
  assert.ok(!unknown.stdout.includes(second) && !unknown.stderr.includes(second));
});

test('--event-feed prints the events of the only feed as lines of JSON, and where to read on', async (t) => {
  const reminders = Array.from({ length: 150 }, (_, index) => `r1: ${index}`);
  const place = await createLendingPlace(t, { reminders });
  const { exitCode, stdout, stderr } = await place.runProcess([
    '--event-feed=true',
    '--event-feed-start-at=2026-01-31',
  ]);
  assert.equal(exitCode, 0, stderr);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map(({ id }) => id),
    Array.from({ length: 150 }, (_, index) => `e${index}`),
  );
  assert.equal(
    events[0].usageEvent.actorResource.annotations[0]['@type'],
    'type.googleapis.com/c1.connector.v2.UserTrait',
  );
  assert.deepEqual(place.library().asked, [
    'read 100 reminders from 0, or from 2026-01-31T00:00:00.000Z',
    'read 100 reminders from 100, or from 2026-01-31T00:00:00.000Z',
  ]);
  const [, cursor = ''] = /^Continue with --event-feed-cursor (\S+)$/m.exec(stderr) ?? [];
  const later = await place.run(['--event-feed=true', `--event-feed-cursor=${cursor}`, '--output=json']);
  assert.deepEqual(recordOf(later), { outcome: 'read', event_feed_id: 'reminders', cursor });
});

test('--event-feed shows the cursor also where the log has only warnings, in JSON', async (t) => {
  const place = await createLendingPlace(t, { reminders: ['r1: 1'] });
  const { stderr } = await place.run(['--event-feed=true', '--log-format=json', '--log-level=warn']);
  assert.match(stderr, /^\{"level":"info","ts":[\d.]+,"msg":"Continue with --event-feed-cursor \S+"\}\n$/);
});

test('--event-feed begins a day ago', async (t) => {
  const place = await createLendingPlace(t);
  const earliest = Date.now() - 24 * 3_600_000;
  await place.run(['--event-feed=true', '--event-feed-id=reminders']);
  const [, time = ''] = /from (\S+)$/.exec(place.library().asked[0] ?? '') ?? [];
  assert.ok(Date.parse(time) >= earliest && Date.parse(time) <= Date.now() - 24 * 3_600_000, time);
});

test('--event-feed=false is a sync', async (t) => {
  const place = await createLendingPlace(t);
  assert.match((await place.run(['--event-feed=false'])).stdout, /^Synced in /);
});

test('--event-feed-id of a feed that there is not says which there are', async (t) => {
  const place = await createLendingPlace(t);
  const { exitCode, stderr } = await place.run(['--event-feed=true', '--event-feed-id=loans']);
  assert.equal(exitCode, 1);
  assert.match(stderr, /event feed loans not found; valid feeds: reminders/);
});

test('--invoke-action does an action, and prints what it answers', async (t) => {
  const place = await createLendingPlace(t);
  const reader = { resource_type_id: 'reader', resource_id: 'r1' };
  const { exitCode, stdout, stderr } = await place.runProcess(remind({ reader, text: 'Book 0' }));
  assert.equal(exitCode, 0, stderr);
  assert.equal(stdout, 'Action remind succeeded.\n  count: 1\n');
  assert.deepEqual(place.library().reminders, ['r1: Book 0']);
  const { action_id, ...record } = recordOf(await place.run([...remind({ reader }), '--output=json']));
  assert.match(String(action_id), /^a1\./);
  assert.deepEqual(record, { outcome: 'done', action: 'remind', response: { success: true, count: 2 } });
});

for (const [what, argv, message] of [
  ['that fails', remind({ reader: 'r7' }), /: action remind failed: there is no reader r7$/m],
  ['whose arguments are wrong', remind({ raeder: 'r1' }), /args\.raeder: unknown argument; did you mean reader\?/],
  ['that there is not', ['--invoke-action=remimd'], /action "remimd" not found; did you mean remind\?/],
  ['of a resource type, asked for without it', ['--invoke-action=mend'], /action "mend" not found/],
] as const) {
  test(`an action ${what} ends with exit code 1 and why`, async (t) => {
    const place = await createLendingPlace(t);
    const { exitCode, stdout, stderr } = await place.run(argv);
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, message);
    assert.deepEqual(place.library().reminders, []);
  });
}

test('--invoke-action-resource-type finds an action of a resource type', async (t) => {
  const place = await createLendingPlace(t);
  const { stdout } = await place.run(['--invoke-action=mend', '--invoke-action-resource-type=book']);
  assert.equal(stdout, 'Action mend succeeded.\n');
});

test('--list-action-schemas tells what actions take and answer', async (t) => {
  const place = await createLendingPlace(t);
  const { exitCode, stdout, stderr } = await place.runProcess(['--list-action-schemas']);
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(stdout.split('\n'), [
    'remind: Remind a reader',
    '  argument reader (resource id, required): Who',
    '  argument text (string): Text',
    '  returns success (bool): Whether the action was done',
    '  returns count (int): How often so far',
    'mend (--invoke-action-resource-type book): Mends a book',
    '  returns success (bool): Whether the action was done',
    '',
  ]);
  const ofBooks = ['--list-action-schemas', '--list-action-schemas-resource-type=book', '--output=json'];
  const { outcome, schemas } = recordOf(await place.run(ofBooks));
  assert.equal(outcome, 'listed');
  assert.deepEqual(
    (schemas as { name: string; resourceTypeId: string }[]).map(({ name, resourceTypeId }) => [name, resourceTypeId]),
    [['mend', 'book']],
  );
});

for (const [argv, message] of [
  [lend('b0', 'r1').slice(0, 2), /--grant-entitlement and --grant-principal require --grant-principal-type/],
  [['--delete-resource=r1'], /--delete-resource requires --delete-resource-type/],
  [['--delete-resource-type=reader'], /--delete-resource-type requires --delete-resource/],
  [['--rotate-credentials=r1'], /--rotate-credentials requires --rotate-credentials-type/],
  [['--create-account-resource-type=reader'], /set --create-account-login or --create-account-email/],
  [['--create-account-profile=[1]'], /--create-account-profile: must be a JSON object/],
  [
    [String.raw`--create-account-profile={"a":["\ud800"]}`],
    /--create-account-profile: contains half a surrogate pair, such as \\ud800\n/,
  ],
  [[String.raw`--create-account-profile={"\udc00":1}`], /--create-account-profile: contains half a surrogate pair/],
  [
    ['--create-account-profile={"password":"s3cret'],
    /--create-account-profile: must be a JSON object such as '\{"key": "value"\}'\n/,
  ],
  [['--invoke-action=remind', '--invoke-action-args=x'], /--invoke-action-args: must be a JSON object/],
  [['--invoke-action-args={"a":1}'], /--invoke-action-args requires --invoke-action/],
  [['--list-action-schemas-resource-type=book'], /requires --list-action-schemas/],
  [['--event-feed=maybe'], /--event-feed: must be true or false/],
  [['--event-feed-cursor=x'], /--event-feed-cursor requires --event-feed/],
  [['--event-feed=true', '--event-feed-start-at=yesterday'], /--event-feed-start-at: must be a time such as/],
  [['--event-feed=true', '--event-feed-start-at=2026-02-31T00:00:00'], /--event-feed-start-at: must be a time such as/],
  [
    [...takeBack('b0', 'r0'), '--delete-resource=r1', '--delete-resource-type=reader'],
    /--revoke-grant and --delete-resource are mutually exclusive/,
  ],
  [
    ['--invoke-action=remind', '--list-action-schemas'],
    /--invoke-action and --list-action-schemas are mutually exclusive/,
  ],
  [
    ['--invoke-action=remind', '--create-account-profile={}'],
    /--create-account-profile and --invoke-action are mutually exclusive/,
  ],
  [['--password-file=x'], /--password-file requires --create-account-login or --rotate-credentials/],
  [['--password-file=x', '--list-action-schemas'], /--password-file requires/],
  [
    ['--invoke-action=remind', `--client-id=${clientId}`, `--client-secret=${clientSecret}`],
    /--invoke-action: not available in service mode; unset --client-id and --client-secret/,
  ],
  [['--invoke-resource-action=remind'], /no Baton connector reads it; use --invoke-action/],
  [['--get-ticket', '--ticket-id=t1'], /--get-ticket is not supported yet: this connector has no tickets/],
] as const) {
  test(`${argv.join(' ')} is a fault, and nothing is done`, async (t) => {
    const place = await createLendingPlace(t);
    const { exitCode, stdout, stderr } = await place.run(argv);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, message);
    assert.ok(!stderr.includes('s3cret'));
    assert.deepEqual([place.library().asked, existsSync(join(place.folder, 'sync.c1z'))], [[], false]);
  });
}

test('a program that is told to stop does nothing, and ends with the code of the signal', async (t) => {
  const place = await createLendingPlace(t, { synced: true });
  const signal = AbortSignal.abort(new StopRequest('SIGTERM'));
  const { exitCode, stderr } = await place.run(lend('b0', 'r1'), { signal });
  assert.deepEqual([exitCode, place.library().asked], [143, []]);
  assert.match(
    stderr,
    /: stopped by SIGTERM\n.*: The change may or may not have been made\. It is safe to run the same command again\n/,
  );
});

test('variables ask for it too', async (t) => {
  const place = await createLendingPlace(t);
  const env = { BATON_DELETE_RESOURCE: 'r2', BATON_DELETE_RESOURCE_TYPE: 'reader' };
  assert.equal((await place.run([], { env })).stdout, 'Deleted reader r2.\n');
});

test('--provisioning alone is a sync, and warns of nothing', async (t) => {
  const place = await createLendingPlace(t);
  const { exitCode, stdout, stderr } = await place.run(['-p', '--log-level=warn']);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^Synced in /);
  assert.equal(stderr, '');
});
