// --dry-run against Percipio: every change shows the request that it would send, and sends only reads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, runProgram } from './run-program.ts';

test('a dry run of each change sends no write, and shows no password', async (t) => {
  const percipio = await startSimulator(t, { seed: 7, users: 5, courses: 3, activityRows: 5, ...READY_AT_ONCE });
  const folder = await createWorkFolder(t);
  const run = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await runProgram(percipio, folder, { argv: [...argv, '--output=json'] });
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout);
  };
  await run();
  const users = structuredClone(percipio.data.users);
  const learner = users.find(({ role, isActive }) => role === 'LEARNER' && isActive);
  assert.ok(learner);
  const { id } = learner;
  const ofAll = `${percipio.url}/user-management/v1/organizations/${percipio.organizationId}/users`;
  const patch = (body: object) => ({ outcome: 'would-write', writes: [{ request: `PATCH ${ofAll}/${id}`, body }] });
  const args = (more: object) => `--invoke-action-args=${JSON.stringify({ user_id: id, ...more })}`;
  const before = percipio.requests.all.length;

  const created = await run(
    '--dry-run',
    '--create-account-email=ada@example.com',
    '--create-account-profile={"external_user_id": "E100042", "first_name": "Ada"}',
    '--password-file=password',
  );
  assert.equal(created.outcome, 'would-write');
  const [{ request, body }] = created.writes;
  assert.equal(request, `POST ${ofAll}`);
  assert.deepEqual(
    [body.externalUserId, body.email, body.firstName, body.role, body.password],
    ['E100042', 'ada@example.com', 'Ada', 'LEARNER', '[redacted]'],
  );
  const principal = [`--grant-principal=${id}`, '--grant-principal-type=user'];
  const grant = (role: string) => run('--dry-run', `--grant-entitlement=role:${role}:assigned`, ...principal);
  assert.deepEqual(await grant('ADMIN'), patch({ role: 'ADMIN' }));
  const same = await grant('LEARNER');
  assert.deepEqual([same.outcome, same.result.outcome], ['nothing-to-write', 'already-exists']);
  const rotated = await run('--dry-run', `--rotate-credentials=${id}`, '--rotate-credentials-type=user');
  assert.deepEqual(rotated, patch({ password: '[redacted]' }));
  const off = patch({ isActive: false });
  assert.deepEqual(await run('--dry-run', `--delete-resource=${id}`, '--delete-resource-type=user'), off);
  assert.deepEqual(await run('--dry-run', '--invoke-action=disable_user', args({})), off);
  assert.deepEqual(
    await run('--dry-run', '--invoke-action=update_user_profile', args({ first_name: 'Eve' })),
    patch({ firstName: 'Eve' }),
  );

  const sent = percipio.requests.all.slice(before);
  assert.ok(sent.length > 0);
  assert.deepEqual(
    sent.filter(({ method }) => method !== 'GET'),
    [],
  );
  assert.deepEqual(percipio.data.users, users);
  assert.deepEqual(await folder.list(), ['sync.c1z']);
});
