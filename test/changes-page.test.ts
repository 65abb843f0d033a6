// docs/changes.md: its sample works, and its limits are those of the program.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileBytesMax, rowLengthMax, rowsMax } from '../src/baton/bulk/limits.ts';
import { createWorkFolder, runProgram } from './e2e/run-program.ts';
import { uuid } from './percipio/start-connector.ts';
import { startSimulator } from './simulator/percipio/start-simulator.ts';

const page = readFileSync(new URL('../docs/changes.md', import.meta.url), 'utf8');
const [, sample = ''] = /```csv\n(.*?)```/s.exec(page) ?? [];

test('the sample of the page is applied', async (t) => {
  const percipio = await startSimulator(t, { users: 3, courses: 0, activityRows: 0 });
  const named = [{ email: 'grace@example.com' }, { externalUserId: 'E100007' }, { loginName: 'bob.jones' }];
  percipio.data.users = percipio.data.users.map((user, index) => ({
    ...user,
    id: uuid(index),
    role: 'LEARNER',
    isActive: true,
    ...named[index],
  }));
  const folder = await createWorkFolder(t);
  writeFileSync(join(folder.path, 'people.csv'), sample);
  const { exitCode, stdout, stderr } = await runProgram(percipio, folder, { argv: ['--changes=people.csv'] });
  assert.equal(exitCode, 0, stdout + stderr);
  const [admin, mover, leaver, ada] = percipio.data.users;
  assert.deepEqual(
    [admin?.role, mover?.lastName, leaver?.isActive, ada?.role, ada?.customAttributes?.[0]?.value],
    ['ADMIN', 'Curie', false, 'CONTENT_CURATOR', 'Platform'],
  );
});

test('the page has the limits of the program', () => {
  const english = (value: number) => value.toLocaleString('en');
  assert.ok(
    page.includes(
      `${fileBytesMax / 1024 / 1024} MiB, ${english(rowsMax)} rows, ${english(rowLengthMax)} characters in a row`,
    ),
  );
});
