// Several processes with the same credentials, as the replicas of a deployment are.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { CreateAccountResponseSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { BatonServiceHeartbeatRequest } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { decryptForEd25519 } from '../../src/baton/credentials/jwk-encryption.ts';
import { configFor } from '../baton/credentials/config-for.ts';
import { startConductorOne } from '../simulator/conductorone/start-conductorone.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, readIds, startProcess, trueIds } from './run-program.ts';

const syncFull = { case: 'syncFull', value: {} } as const;
const names = ['one', 'other'] as const;

test('replicas share the queue: while one works the other takes what comes, and goes on when the first is stopped', async (t) => {
  const folder = await createWorkFolder(t);
  const conductorone = await startConductorOne(t);
  const { tasks, calls, uploads } = conductorone;
  const percipio = await startSimulator(t, { seed: 5, users: 10, courses: 5, activityRows: 50, ...READY_AT_ONCE });
  const report = /report-requests\/(?!0000|learning)/;
  percipio.faults.add({ kind: 'stall', afterBytes: 100, match: { method: 'GET', path: report } });

  const stalled = tasks.add(syncFull);
  const replicas = names.map((name) => {
    const env = { ...conductorone.env, BATON_HOST_ID: name };
    return { name, ...startProcess(t, percipio, folder, { argv: ['--task-concurrency=1'], env }) };
  });
  await percipio.requests.waitFor(({ path, status }) => report.test(path) && status === 200);
  const [heartbeat] = await calls.waitFor('Heartbeat');
  const beat = heartbeat?.request as BatonServiceHeartbeatRequest | undefined;
  assert.equal(beat?.taskId, stalled);
  const holder = replicas.find(({ name }) => name === beat.hostId);
  const free = replicas.find(({ name }) => name !== beat.hostId);
  assert.ok(holder && free);

  const syncsElsewhere = async () => {
    const id = tasks.add(syncFull);
    const { hostId, finalState } = await tasks.finished(id);
    assert.deepEqual([hostId, finalState.case], [free.name, 'success']);
    assert.deepEqual(await readIds(uploads.of(id)[0]?.path ?? ''), trueIds(percipio));
  };
  await syncsElsewhere();

  holder.child.kill('SIGTERM');
  const { hostId, finalState } = await tasks.finished(stalled);
  assert.equal(hostId, holder.name);
  assert.equal(finalState.case === 'error' && finalState.value.nonRetryable, false);
  assert.equal((await holder.finished).exitCode, 0);

  await syncsElsewhere();
  free.child.kill('SIGTERM');
  assert.equal((await free.finished).exitCode, 0);
  assert.equal(calls.named('FinishTask').length, 3, 'no task is done twice');
  assert.deepEqual(await folder.listTemporary(), []);
});

test('a replica that is killed leaves its change to the lease: another one ends it, and the person can sign in', async (t) => {
  const folder = await createWorkFolder(t);
  const conductorone = await startConductorOne(t);
  const { tasks } = conductorone;
  const percipio = await startSimulator(t, { users: 0, courses: 0, activityRows: 0 });
  // Percipio creates the account, and the answer does not come.
  percipio.faults.add({ kind: 'stall', carriesOut: true, match: { method: 'POST' } });
  const startReplica = (name: string) => {
    const env = { ...conductorone.env, BATON_HOST_ID: name };
    return startProcess(t, percipio, folder, { argv: ['--provisioning', '--log-format=json'], env });
  };
  const killed = startReplica('killed');
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const id = tasks.add({
    case: 'createAccount',
    value: {
      accountInfo: { profile: { external_user_id: 'E1', login_name: 'jane' } },
      credentialOptions: { options: { case: 'randomPassword', value: { length: 16n } } },
      encryptionConfigs: [configFor(publicKey)],
    },
  });
  await percipio.requests.waitFor(({ method }) => method === 'POST');
  killed.child.kill('SIGKILL');
  await killed.finished;
  tasks.expireLeases();
  const other = startReplica('other');
  const { hostId, finalState } = await tasks.finished(id);
  assert.deepEqual([hostId, finalState.case, percipio.data.users.length], ['other', 'success', 1]);
  const response = finalState.case === 'success' ? finalState.value.response : undefined;
  const [encrypted] = (response && anyUnpack(response, CreateAccountResponseSchema)?.encryptedData) ?? [];
  assert.ok(encrypted);
  const password = Buffer.from(await decryptForEd25519(encrypted.encryptedBytes, privateKey)).toString();
  assert.ok(percipio.canSignIn('jane', password));
  other.child.kill('SIGTERM');
  const { stderr } = await other.finished;
  assert.match(stderr, /earlier attempt whose password was never delivered/);
  assert.ok(!stderr.includes(password));
});
