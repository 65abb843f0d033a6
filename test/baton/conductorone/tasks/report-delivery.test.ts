// How reports of tasks reach ConductorOne when it is away, and how many are kept.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import pino from 'pino';
import { AccountManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import { ReportDelivery } from '../../../../src/baton/conductorone/tasks/report-delivery.ts';
import type { TaskReport } from '../../../../src/baton/conductorone/tasks/task-report.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { startService } from '../start-service.ts';
import { quickServiceTiming } from './quick-service-timing.ts';

const createAccount = { case: 'createAccount', value: { accountInfo: { login: 'ann' } } } as const;
const hourMs = 3_600_000;

/** A service whose accounts are created with a password, and how often that was done. */
async function startCreating(t: TestContext, timing: Partial<typeof quickServiceTiming> = {}) {
  const encryptedBytes = new Uint8Array([1, 2, 3]);
  let created = 0;
  const service = await startService(t, {
    concurrency: 1,
    timing: { ...quickServiceTiming, finishTimeoutMs: 5, ...timing },
    services: [
      serviceEntry(AccountManagerService, {
        createAccount: () => {
          created++;
          return { encryptedData: [{ encryptedBytes }], result: { case: 'success', value: {} } };
        },
      }),
    ],
  });
  const { tasks, faults, calls } = service.conductorone;
  const logged = async (text: string) => {
    while (!service.log.some((line) => line.includes(text))) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { ...service, tasks, faults, calls, logged, created: () => created };
}

test('an outcome is kept until ConductorOne takes it, and other tasks run meanwhile', async (t) => {
  const { tasks, faults, logged, created } = await startCreating(t);
  faults.add({ call: 'FinishTask', kind: 'error', code: Code.Internal, times: 1e6 });
  const ids = [tasks.add(createAccount), tasks.add(createAccount)];
  await logged('keeping it');
  while (created() < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  faults.clear();
  for (const id of ids) assert.equal((await tasks.finished(id)).finalState.case, 'success');
  assert.equal(created(), 2);
});

test('a task that is handed out again is not done again: its outcome is offered at once', async (t) => {
  const { tasks, faults, logged, created } = await startCreating(t, {
    retryDelayMs: hourMs,
    pollErrorDelayMaxMs: hourMs,
  });
  faults.add({ call: 'FinishTask', kind: 'drop' });
  const id = tasks.add(createAccount);
  await logged('keeping it');
  tasks.expireLeases();
  assert.equal((await tasks.finished(id)).finalState.case, 'success');
  assert.equal(created(), 1);
});

for (const [what, code] of [
  ['no longer knows it', Code.NotFound],
  ['rejects it', Code.InvalidArgument],
] as const) {
  test(`an outcome is given up when ConductorOne ${what}`, async (t) => {
    const { tasks, faults, calls, logged } = await startCreating(t, { finishTimeoutMs: hourMs });
    faults.add({ call: 'FinishTask', kind: 'error', code });
    tasks.add(createAccount);
    await logged('could not report task completion');
    await tasks.finished(tasks.add(createAccount));
    assert.equal(calls.named('FinishTask').length, 2);
  });
}

test('a report whose response is lost was taken: it is not kept', async (t) => {
  const { tasks, faults, calls, log } = await startCreating(t, { finishTimeoutMs: hourMs });
  faults.add({ call: 'FinishTask', kind: 'lose' });
  const id = tasks.add(createAccount);
  await tasks.finished(id);
  await tasks.finished(tasks.add(createAccount));
  assert.deepEqual([tasks.reports.length, calls.named('FinishTask').length], [2, 3]);
  assert.ok(!log.some((line) => line.includes('keeping it')));
});

test('when it is to stop, kept outcomes are delivered first', async (t) => {
  const { tasks, faults, logged, stop } = await startCreating(t);
  faults.add({ call: 'FinishTask', kind: 'error', code: Code.Unavailable, times: 1e6 });
  const id = tasks.add(createAccount);
  await logged('keeping it');
  const stopped = stop();
  faults.clear();
  await stopped;
  assert.equal((await tasks.finished(id)).finalState.case, 'success');
});

for (const [what, count, bytes] of [
  ['many', 100, 0],
  ['large', 4, 8 * 1024 * 1024],
] as const) {
  test(`too ${what} reports: there is room again once ConductorOne has taken one`, async (t) => {
    const closing = new AbortController();
    t.after(() => closing.abort());
    let isAway = true;
    const finishTask = async () => {
      if (isAway) throw new ConnectError('away', Code.Unavailable);
    };
    const timing = { ...quickServiceTiming, finishTimeoutMs: 0 };
    const logger = pino({ level: 'silent' });
    const delivery = new ReportDelivery({ client: { finishTask }, timing, logger, closing: closing.signal });
    const reportOf = (index: number): TaskReport => ({
      taskId: `task-${index}`,
      finalState: { case: 'success', value: { response: { typeUrl: 't', value: new Uint8Array(bytes) } } },
    });
    for (let index = 0; index < count - 1; index++) await delivery.deliver(reportOf(index), logger);
    await delivery.room(closing.signal);
    await delivery.deliver(reportOf(count), logger);
    let hasRoom = false;
    const room = delivery.room(closing.signal).then(() => {
      hasRoom = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(hasRoom, false);
    isAway = false;
    await room;
    await delivery.settled(closing.signal);
  });
}
