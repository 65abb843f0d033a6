// --changes against Percipio: a file as an identity team writes it, applied, repeated, interrupted and resumed.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PercipioUser } from '../../src/simulator/percipio/organization/api-objects.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, type RunOptions, runProgram } from './run-program.ts';

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
