// Joiner, mover and leaver from the command line, each step in a process of its own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, startProcess } from './run-program.ts';

test('somebody joins, gets a role, loses it, gets a new password, and leaves', async (t) => {
  const percipio = await startSimulator(t, { seed: 7, users: 5, courses: 3, activityRows: 5, ...READY_AT_ONCE });
  const folder = await createWorkFolder(t);
  const run = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await startProcess(t, percipio, folder, { argv: [...argv, '--output=json'] })
      .finished;
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout);
  };
  const user = (id: string) => percipio.data.users.find((each) => each.id === id);
  const writes = () =>
    percipio.requests.all
      .filter(({ method, path }) => method !== 'GET' && path.includes('/users'))
      .map(({ method, body }) => `${method} ${Object.keys(body as object).join()}`);

  const created = await run(
    '--create-account-email=ada@example.com',
    '--create-account-profile={"external_user_id": "E100042", "first_name": "Ada"}',
    '--password-file=first',
  );
  const { resource: id } = created.resource;
  assert.deepEqual([created.outcome, user(id)?.role], ['created', 'LEARNER']);
  const first = readFileSync(join(folder.path, 'first'), 'utf8').trimEnd();
  assert.ok(percipio.canSignIn('ada@example.com', first));

  await run();
  const principal = [`--grant-principal=${id}`, '--grant-principal-type=user'];
  const granted = await run('--grant-entitlement=role:ADMIN:assigned', ...principal);
  assert.deepEqual(
    [granted.outcome, granted.grant_ids, granted.replaced_grant_id, user(id)?.role],
    ['granted', [`role:ADMIN:assigned:user:${id}`], `role:LEARNER:assigned:user:${id}`, 'ADMIN'],
  );
  await run();
  const revoked = await run(`--revoke-grant=role:ADMIN:assigned:user:${id}`);
  assert.deepEqual([revoked.outcome, user(id)?.role], ['revoked', 'LEARNER']);

  const rotate = [`--rotate-credentials=${id}`, '--rotate-credentials-type=user'];
  assert.equal((await run(...rotate, '--password-file=second')).outcome, 'rotated');
  assert.ok(percipio.canSignIn('ada@example.com', readFileSync(join(folder.path, 'second'), 'utf8').trimEnd()));
  assert.ok(!percipio.canSignIn('ada@example.com', first));

  const disabled = await run('--invoke-action=disable_user', `--invoke-action-args={"user_id": "${id}"}`);
  assert.deepEqual([disabled.outcome, user(id)?.isActive], ['done', false]);
  assert.equal((await run(`--delete-resource=${id}`, '--delete-resource-type=user')).outcome, 'deleted');

  assert.equal(writes().length, 5);
  assert.deepEqual(
    writes().map((write) => write.replace(/^POST .*password.*$/, 'POST with a password')),
    ['POST with a password', 'PATCH role', 'PATCH role', 'PATCH password', 'PATCH isActive'],
  );
});
