// Several processes with the same credentials, as the replicas of a deployment are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatonServiceHeartbeatRequest } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
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
