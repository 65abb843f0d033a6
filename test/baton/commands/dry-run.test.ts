// --dry-run: each change says what it would write, and writes nothing.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCredentials } from '../../../src/simulator/conductorone/credentials.ts';
import { createLendingLibrary } from '../lending-library.ts';
import { lendingProgram } from './lending-program.ts';
import { createLendingPlace } from './run-lending.ts';

const grant = (book: string, reader: string) => [
  `--grant-entitlement=book:${book}:borrowed`,
  `--grant-principal=${reader}`,
  '--grant-principal-type=reader',
];
const remind = (reader: string) => ['--invoke-action=remind', `--invoke-action-args={"reader":"${reader}"}`];
const create = (login: string) => [`--create-account-login=${login}`, '--password-file=password'];

for (const [what, argv, request] of [
  ['a grant', grant('b0', 'r1'), 'PUT lend All about b0 to Bob'],
  ['a revoke', ['--revoke-grant=book:b0:borrowed:reader:r0'], 'PUT take All about b0 from Ann'],
  ['a new account', create('dora'), 'PUT create dora <> {"login":"dora"} with random-password'],
  ['a deletion', ['--delete-resource=r1', '--delete-resource-type=reader'], 'PUT delete r1'],
  ['a rotation', ['--rotate-credentials=r1', '--rotate-credentials-type=reader'], 'PUT rotate r1 to random-password'],
  ['an action, which reports failures in its response', remind('r1'), 'PUT remind r1'],
] as const) {
  test(`${what} says what it would write, and writes nothing`, async (t) => {
    const place = await createLendingPlace(t, { synced: true });
    const before = place.library();
    const { exitCode, stdout, stderr } = await place.run([...argv, '--dry-run']);
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(stdout.split('\n'), [
      'Dry run: nothing was written. Without --dry-run the program would send:',
      `  ${request}`,
      '    null',
      '',
    ]);
    const forScripts = await place.run([...argv, '--dry-run', '--output=json']);
    assert.deepEqual(JSON.parse(forScripts.stdout), { outcome: 'would-write', writes: [{ request, body: null }] });
    assert.deepEqual(place.library(), before);
    assert.equal(existsSync(join(place.folder, 'password')), false);
  });
}

test('a change that needs no write says so', async (t) => {
  const place = await createLendingPlace(t);
  const { exitCode, stdout, stderr } = await place.run([...create('r1'), '--dry-run']);
  assert.equal(exitCode, 0, stderr);
  assert.equal(stdout, 'Dry run: there is nothing to write.\n');
  const resource = { resource_type: 'reader', resource: 'r1', display_name: 'Bob' };
  assert.deepEqual(JSON.parse((await place.run([...create('r1'), '--dry-run', '--output=json'])).stdout), {
    outcome: 'nothing-to-write',
    result: { outcome: 'already-exists', resource },
  });
});

for (const [what, argv, message] of [
  ['is refused', create('refused'), /nobody may be called so/],
  ['is an action that fails', remind('r7'), /action remind failed: there is no reader r7/],
] as const) {
  test(`a change that ${what} fails in a dry run too`, async (t) => {
    const place = await createLendingPlace(t);
    const { exitCode, stdout, stderr } = await place.run([...argv, '--dry-run']);
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, message);
  });
}

const { clientId, clientSecret } = createCredentials('tenant.test');
const inServiceMode = [`--client-id=${clientId}`, `--client-secret=${clientSecret}`];
for (const argv of [[], ['--list-action-schemas'], ['--event-feed=true'], inServiceMode]) {
  test(`--dry-run is a fault with ${argv[0]?.split('=')[0] ?? 'a sync'}: nothing there would be left out`, async (t) => {
    const place = await createLendingPlace(t);
    const { exitCode, stdout, stderr } = await place.run([...argv, '--dry-run']);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, /--dry-run requires --grant-entitlement, --revoke-grant, .*--invoke-action, or --changes/);
    assert.deepEqual(place.library().asked, []);
  });
}

test('a connector that does not know of dry runs is not started on one', async (t) => {
  const place = await createLendingPlace(t);
  const path = join(place.folder, 'library.json');
  const program = {
    ...lendingProgram,
    connector: () => ({ ...createLendingLibrary(path), supportsDryRun: false }),
  };
  const { exitCode, stdout, stderr } = await place.run([...remind('r1'), '--dry-run'], { program });
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(stderr, /--dry-run: this connector does not support it; nothing was done/);
  assert.deepEqual(place.library().asked, []);
});
