// Service mode as a whole: syncs and their uploads, what goes wrong on the way, and how it stops.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { Code } from '@connectrpc/connect';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import type { BatonServiceFinishTaskRequest } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { type Connector, singlePage } from '../../../src/baton/author/connector.ts';
import type { ServiceError } from '../../../src/baton/author/service-error.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { uploadChunkBytes } from '../../../src/baton/conductorone/tasks/upload-file.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { serviceEntry } from '../../../src/baton/services/service-entry.ts';
import type { FaultyCall } from '../../../src/simulator/conductorone/faults.ts';
import { bookType, createLibrary, createSeries } from '../library-connector.ts';
import { type StartedService, startService } from './start-service.ts';
import { quickServiceTiming } from './tasks/quick-service-timing.ts';

const servicesOf = (connector: Connector) =>
  createConnectorServices(connector, { provisioning: true, ticketing: true });
const library = () => servicesOf(createLibrary().connector);

/** A connector whose sync goes on until it is aborted, and what tells that one has begun. */
function endless() {
  const begun = Promise.withResolvers<void>();
  let running = 0;
  let mostAtOnce = 0;
  const connector: Connector = {
    metadata: { displayName: 'Endless' },
    resourceTypes: [
      {
        type: bookType,
        list: singlePage(async (_request, { signal }) => {
          mostAtOnce = Math.max(mostAtOnce, ++running);
          begun.resolve();
          if (!signal.aborted) await once(signal, 'abort');
          running--;
          throw signal.reason;
        }),
      },
    ],
  };
  return { services: servicesOf(connector), begun: begun.promise, mostAtOnce: () => mostAtOnce };
}

const syncFull = { case: 'syncFull', value: {} } as const;
const small = { case: 'actionListSchemas', value: {} } as const;
const grant = {
  case: 'grant',
  value: {
    entitlement: { id: 'e', resource: { id: { resourceType: 'book', resource: 'b' } } },
    principal: { id: { resourceType: 'reader', resource: 'r' } },
  },
} as const;

async function sync({ conductorone }: StartedService): Promise<BatonServiceFinishTaskRequest> {
  return conductorone.tasks.finished(conductorone.tasks.add(syncFull));
}

async function doSmallTask({ conductorone }: StartedService): Promise<void> {
  const { finalState } = await conductorone.tasks.finished(conductorone.tasks.add(small));
  assert.equal(finalState.case, 'success');
}

function failureOf({ finalState, status }: BatonServiceFinishTaskRequest) {
  return { code: status?.code, retryable: finalState.case === 'error' && !finalState.value.nonRetryable };
}

test('a sync is uploaded whole and reported without an answer, and leaves nothing behind', async (t) => {
  // The first heartbeat only: the next one is due much later.
  const service = await startService(t, { services: library(), simulator: { nextHeartbeatMs: 3_600_000 } });
  const { finalState } = await sync(service);
  assert.equal(finalState.case === 'success' && finalState.value.response, undefined);
  const [upload, ...more] = service.conductorone.uploads.all;
  assert.ok(upload);
  assert.deepEqual(more, []);
  await using file = await readC1z(upload.path);
  const run = file.runs().at(-1);
  assert.equal(run?.type, 'full');
  assert.equal([...file.records(run?.syncId).allResources()].length, 5);
  assert.deepEqual(await service.listTemporary(), []);
  assert.equal(service.conductorone.calls.named('Heartbeat').length, 1);
});

test('files are sent in chunks of 512 KiB and a shorter one', async (t) => {
  // Titles that do not compress.
  const titleOf = () => randomBytes(1500).toString('base64');
  const { connector } = createLibrary({ books: 500, titleOf, sourcePageSize: 500 });
  const service = await startService(t, { services: servicesOf(connector) });
  await sync(service);
  const [upload] = service.conductorone.uploads.all;
  assert.ok(upload && upload.chunks.length > 1);
  const last = upload.chunks.length - 1;
  assert.ok(upload.chunks.every((bytes, index) => index === last || bytes === uploadChunkBytes));
});

test('every sync reads the application anew', async (t) => {
  const { connector, reads } = createLibrary();
  const service = await startService(t, { services: servicesOf(connector) });
  await sync(service);
  const first = reads.length;
  await sync(service);
  assert.equal(reads.length, 2 * first);
});

test('what a task asks a sync to be, it is', async (t) => {
  const service = await startService(t, { services: library() });
  const { tasks, uploads } = service.conductorone;
  const value = { skipEntitlementsAndGrants: true, syncResourceTypeIds: ['book'], storageEngine: 'pebble' };
  const id = tasks.add({ case: 'syncFull', value });
  await tasks.finished(id);
  const [upload] = uploads.of(id);
  assert.ok(upload);
  await using file = await readC1z(upload.path);
  const run = file.runs().at(-1);
  assert.equal(run?.type, 'resources_only');
  assert.ok([...file.records(run?.syncId).allResources()].every((resource) => resource.id?.resourceType === 'book'));
});

test('grants are expanded unless the task leaves that to ConductorOne', async (t) => {
  const service = await startService(t, { services: servicesOf(createSeries()) });
  const { tasks, uploads } = service.conductorone;
  for (const skipExpandGrants of [false, true]) {
    const id = tasks.add({ case: 'syncFull', value: { skipExpandGrants } });
    await tasks.finished(id);
    const [upload] = uploads.of(id);
    assert.ok(upload);
    await using file = await readC1z(upload.path);
    const ids = Array.from(file.records(file.runs().at(-1)?.syncId).allGrants(), (grant) => grant.id);
    assert.equal(ids.includes('book:b1:borrowed:reader:r0'), !skipExpandGrants);
  }
});

test('a task for single resources makes a partial sync of them', async (t) => {
  const { connector } = createLibrary();
  const service = await startService(t, { services: servicesOf(connector) });
  const { tasks, uploads } = service.conductorone;
  const id = tasks.add({
    case: 'syncFull',
    value: { targetedSyncResources: [{ id: { resourceType: 'book', resource: 'b1' } }] },
  });
  await tasks.finished(id);
  const [upload] = uploads.of(id);
  assert.ok(upload);
  await using file = await readC1z(upload.path);
  const run = file.runs().at(-1);
  assert.equal(run?.type, 'partial');
  const found = Array.from(file.records(run?.syncId).allResources(), (resource) => resource.id?.resource);
  assert.deepEqual(found, ['b1']);
});

test('a task with debug uploads the log of its sync after the file, at level debug', async (t) => {
  const service = await startService(t, { services: library() });
  const id = service.conductorone.tasks.add(syncFull, { debug: true });
  await service.conductorone.tasks.finished(id);
  const uploads = service.conductorone.uploads.of(id);
  assert.equal(uploads.length, 2);
  const log = await readFile(uploads[1]?.path ?? '', 'utf8');
  assert.ok(log.includes('"level":"debug"') && log.includes('synced resources'));
  assert.deepEqual(await service.listTemporary(), []);
});

for (const kind of ['drop', 'error', 'drop after some bytes'] as const) {
  test(`an upload that fails (${kind}) is sent again whole, and nothing partial stays`, async (t) => {
    const service = await startService(t, {
      services: library(),
      prepare: ({ faults }) =>
        kind === 'drop after some bytes'
          ? faults.add({ call: 'UploadAsset', kind: 'drop', afterBytes: 1, times: 2 })
          : faults.add({ call: 'UploadAsset', kind, times: 2 }),
    });
    assert.equal((await sync(service)).finalState.case, 'success');
    assert.equal(service.conductorone.uploads.all.length, 1);
    assert.equal(service.conductorone.calls.named('UploadAsset').length, 3);
  });
}

test('an upload that fails three times fails its task for now', async (t) => {
  const service = await startService(t, {
    services: library(),
    prepare: ({ faults }) => faults.add({ call: 'UploadAsset', kind: 'error', code: Code.Unavailable, times: 3 }),
  });
  assert.deepEqual(failureOf(await sync(service)), { code: Code.Unavailable, retryable: true });
  assert.deepEqual(await service.listTemporary(), []);
});

test('a sync that fails is reported, to be tried again', async (t) => {
  const { connector } = createLibrary();
  const validate = async () => {
    throw new Error('boom');
  };
  const service = await startService(t, { services: servicesOf({ ...connector, validate }) });
  assert.deepEqual(failureOf(await sync(service)), { code: Code.Internal, retryable: true });
  assert.deepEqual(await service.listTemporary(), []);
});

test('a task that is cancelled while it runs ends, is reported and leaves nothing', async (t) => {
  const { services, begun } = endless();
  const service = await startService(t, { services, simulator: { nextHeartbeatMs: 2 } });
  const id = service.conductorone.tasks.add(syncFull);
  await begun;
  service.conductorone.tasks.cancel(id);
  const report = await service.conductorone.tasks.finished(id);
  assert.deepEqual(failureOf(report), { code: Code.Canceled, retryable: true });
  assert.match(report.status?.message ?? '', /cancelled/);
  assert.deepEqual([service.conductorone.uploads.all, await service.listTemporary()], [[], []]);
});

for (const [name, spoil] of [
  ['is cancelled', ({ tasks }, id) => tasks.cancel(id)],
  ['fails', ({ faults }) => faults.add({ call: 'Heartbeat', kind: 'error', code: Code.Internal })],
] as [string, (conductorone: StartedService['conductorone'], id: string) => void][]) {
  test(`a sync whose first heartbeat ${name} is not begun and not reported`, async (t) => {
    const { connector, reads } = createLibrary();
    const service = await startService(t, { services: servicesOf(connector), concurrency: 1 });
    const { tasks, calls } = service.conductorone;
    spoil(service.conductorone, tasks.add(syncFull));
    await doSmallTask(service);
    assert.deepEqual([calls.named('FinishTask').length, reads, await service.listTemporary()], [1, [], []]);
  });
}

test('a sync ends when nine heartbeats in a row fail, and not when eight do, however often', async (t) => {
  const { services, begun } = endless();
  const service = await startService(t, { services, simulator: { nextHeartbeatMs: 1 } });
  const { tasks, faults, calls } = service.conductorone;
  const finished = tasks.finished(tasks.add(syncFull));
  await begun;
  for (const _round of [1, 2]) {
    faults.add({ call: 'Heartbeat', kind: 'error', times: 8 });
    // At least one heartbeat succeeds after those that fail.
    await Promise.race([finished, calls.waitFor('Heartbeat', calls.named('Heartbeat').length + 12)]);
  }
  assert.equal(calls.named('FinishTask').length, 0);
  faults.add({ call: 'Heartbeat', kind: 'error', times: 9 });
  assert.deepEqual(failureOf(await finished), { code: Code.Unavailable, retryable: true });
});

test('syncs run one at a time, and beside them other tasks', async (t) => {
  const { services, begun, mostAtOnce } = endless();
  const service = await startService(t, { services, simulator: { nextHeartbeatMs: 2 } });
  const { tasks, calls } = service.conductorone;
  const ids = [tasks.add(syncFull), tasks.add(syncFull)];
  await begun;
  await doSmallTask(service);
  // The one that waits says that it is alive, too.
  const beats = (id?: string) =>
    calls.named('Heartbeat').filter(({ request }) => (request as { taskId: string }).taskId === id).length;
  while (beats(ids[1]) < 3) await calls.waitFor('Heartbeat', calls.named('Heartbeat').length + 1);
  for (const id of ids) {
    tasks.cancel(id);
    await tasks.finished(id);
  }
  assert.equal(mostAtOnce(), 1);
});

test('no more tasks are asked for than are worked on at once', async (t) => {
  const { services, begun } = endless();
  const service = await startService(t, { services, concurrency: 1, simulator: { nextHeartbeatMs: 1 } });
  const { tasks, calls } = service.conductorone;
  const id = tasks.add(syncFull);
  await begun;
  const asked = calls.named('GetTask').length;
  await calls.waitFor('Heartbeat', calls.named('Heartbeat').length + 10);
  assert.equal(calls.named('GetTask').length, asked);
  tasks.cancel(id);
});

for (const several of ['false', 'true']) {
  test(`after a task arrived or ended, the next is asked for at once (BATON_GET_TASKS=${several})`, async (t) => {
    const ids: string[] = [];
    const service = await startService(t, {
      simulator: { nextPollMs: 3_600_000 },
      concurrency: 2,
      prepare: ({ tasks, env }) => {
        Object.assign(env, { BATON_GET_TASKS: several });
        for (let i = 0; i < 6; i++) ids.push(tasks.add(small));
      },
    });
    await Promise.all(ids.map((id) => service.conductorone.tasks.finished(id)));
  });
}

test('after a task arrived, the next is asked for although the first has not ended', async (t) => {
  const both = Promise.withResolvers<void>();
  let begun = 0;
  const ids: string[] = [];
  const service = await startService(t, {
    simulator: { nextPollMs: 3_600_000 },
    concurrency: 2,
    services: [
      serviceEntry(GrantManagerService, {
        grant: async () => {
          if (++begun === 2) both.resolve();
          await both.promise;
          return {};
        },
      }),
    ],
    prepare: ({ tasks }) => void ids.push(tasks.add(grant), tasks.add(grant)),
  });
  await Promise.all(ids.map((id) => service.conductorone.tasks.finished(id)));
});

test('with BATON_GET_TASKS several tasks are fetched at once, and none twice', async (t) => {
  const { services } = endless();
  const ids: string[] = [];
  const service = await startService(t, {
    services,
    concurrency: 2,
    prepare: ({ tasks, env }) => {
      Object.assign(env, { BATON_GET_TASKS: 'true' });
      for (let i = 0; i < 9; i++) ids.push(tasks.add(small));
    },
  });
  const { tasks, calls } = service.conductorone;
  await Promise.all(ids.map((id) => tasks.finished(id)));
  assert.equal(calls.named('FinishTask').length, 9);
  assert.equal(calls.named('GetTask').length, 0);
  const [first] = calls.named('GetTasks');
  assert.ok(first);
  assert.equal((first.request as { pageSize: number }).pageSize, 4);
});

test('the host id is BATON_HOST_ID, in every message', async (t) => {
  const service = await startService(t, {
    prepare: ({ env }) => void Object.assign(env, { BATON_HOST_ID: '"pod-7"\n' }),
  });
  await doSmallTask(service);
  const { calls } = service.conductorone;
  for (const name of ['Hello', 'GetTask', 'FinishTask']) {
    const [call] = calls.named(name);
    assert.ok(call);
    assert.equal((call.request as { hostId: string }).hostId, 'pod-7', name);
  }
  assert.match(calls.named('GetTask')[0]?.headers.get('user-agent') ?? '', /^simulated-connector-\w+ baton-sdk\/v/);
});

test('ConductorOne may go away and come back, between tasks and during one', async (t) => {
  const service = await startService(t, { services: library() });
  await doSmallTask(service);
  for (let outage = 0; outage < 3; outage++) {
    service.conductorone.setAway(true);
    const failures = () => service.log.filter((line) => line.includes('cannot get tasks')).length;
    const before = failures();
    while (failures() < before + 3) await new Promise((resolve) => setTimeout(resolve, 2));
    service.conductorone.setAway(false);
    await doSmallTask(service);
  }
  assert.equal((await sync(service)).finalState.case, 'success');
});

test('one connection carries all calls, for as long as it holds', async (t) => {
  const service = await startService(t);
  for (let i = 0; i < 5; i++) await doSmallTask(service);
  // One for the token, one for the calls.
  assert.equal(service.conductorone.connectionCount(), 2);
  service.conductorone.drop();
  while (service.conductorone.connectionCount() < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  await doSmallTask(service);
  assert.equal(service.conductorone.connectionCount(), 3);
});

const transient: readonly [FaultyCall, object][] = [
  ['token', { kind: 'error', status: 500, times: 6 }],
  ['token', { kind: 'error', status: 429, times: 2 }],
  ['token', { kind: 'drop', times: 6 }],
  ['Hello', { kind: 'error', code: Code.Unavailable, times: 4 }],
  ['Hello', { kind: 'drop', times: 2 }],
  ['GetTask', { kind: 'error', code: Code.Internal, times: 4 }],
  ['GetTask', { kind: 'drop', times: 2 }],
  ['FinishTask', { kind: 'error', code: Code.Unavailable, times: 2 }],
  ['FinishTask', { kind: 'drop', times: 1 }],
];
for (const [call, fault] of transient) {
  test(`${call}: ${JSON.stringify(fault)} passes`, async (t) => {
    const service = await startService(t, {
      prepare: ({ faults }) => faults.add({ call, ...(fault as { kind: 'error' }) }),
    });
    await doSmallTask(service);
  });
}

test('credentials that are refused end the service with an error that says what to check', async (t) => {
  const service = await startService(t, {
    prepare: ({ faults }) => faults.add({ call: 'token', kind: 'error', status: 401, times: 99 }),
  });
  await assert.rejects(service.ended, ({ reason, message }: ServiceError) => {
    assert.equal(reason, 'credentials_refused');
    assert.match(message, /answered 401\. Check --client-id and --client-secret/);
    return true;
  });
  assert.equal(service.conductorone.calls.named('token').length, 1);
});

for (const [clockAheadMs, said] of [
  [3 * 3_600_000, /this machine's clock is 3 h behind \(.* here, .* there\)\. Set the clock/],
  [-600_000, /this machine's clock is 10 min ahead/],
] as const) {
  test(`a clock that is wrong is blamed, not the credentials: ${said.source}`, async (t) => {
    const service = await startService(t, { simulator: { clockAheadMs } });
    await assert.rejects(service.ended, ({ reason, message }: ServiceError) => {
      assert.equal(reason, 'clock_wrong');
      assert.match(message, said);
      assert.doesNotMatch(message, /--client-secret|Rotate/);
      return true;
    });
    assert.equal(service.conductorone.calls.named('token').length, 1);
  });
}

test('credentials that are refused later end it too', async (t) => {
  const service = await startService(t);
  await doSmallTask(service);
  service.conductorone.faults.add({ call: 'token', kind: 'error', status: 403, times: 99 });
  service.conductorone.tokens.revokeAll();
  await assert.rejects(service.ended, /refuses the credentials/);
});

for (const code of [Code.PermissionDenied, Code.InvalidArgument, Code.NotFound, Code.Unimplemented]) {
  test(`a Hello that is answered with ${Code[code]} ends it`, async (t) => {
    const service = await startService(t, {
      prepare: ({ faults }) => faults.add({ call: 'Hello', kind: 'error', code }),
    });
    await assert.rejects(service.ended, { code });
  });
}

test('a token is asked for once by calls that come together, renewed before it ends, and anew when revoked', async (t) => {
  const service = await startService(t);
  await Promise.all(Array.from({ length: 6 }, () => doSmallTask(service)));
  const tokens = () => service.conductorone.calls.named('token').length;
  assert.equal(tokens(), 1);
  service.conductorone.tokens.revokeAll();
  await doSmallTask(service);
  assert.equal(tokens(), 2);
});

test('a token that lasts less than ten seconds is never used twice in a row', async (t) => {
  const service = await startService(t, { simulator: { tokenLifetimeSeconds: 9 } });
  await doSmallTask(service);
  const { calls } = service.conductorone;
  assert.ok(calls.named('token').length >= calls.named('GetTask').length);
});

test('when it is to stop, a sync is given up for another connector, and nothing is left', async (t) => {
  const { services, begun } = endless();
  const service = await startService(t, { services });
  const id = service.conductorone.tasks.add(syncFull);
  await begun;
  await service.stop();
  const report = await service.conductorone.tasks.finished(id);
  assert.deepEqual(failureOf(report), { code: Code.Unavailable, retryable: true });
  assert.match(report.status?.message ?? '', /stopping/);
  assert.deepEqual([service.conductorone.uploads.all, await service.listTemporary()], [[], []]);
});

test('when it is to stop, a change in the application may end, and is reported', async (t) => {
  const begun = Promise.withResolvers<void>();
  const ends = Promise.withResolvers<void>();
  const service = await startService(t, {
    services: [
      serviceEntry(GrantManagerService, {
        grant: async () => {
          begun.resolve();
          await ends.promise;
          return {};
        },
      }),
    ],
  });
  const id = service.conductorone.tasks.add(grant);
  await begun.promise;
  const stopped = service.stop();
  ends.resolve();
  await stopped;
  assert.equal((await service.conductorone.tasks.finished(id)).finalState.case, 'success');
});

test('when it is to stop, it waits no longer than its time for a task that does not end', async (t: TestContext) => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const service = await startService(t, {
    timing: { ...quickServiceTiming, drainTimeoutMs: 5 },
    services: [
      serviceEntry(GrantManagerService, {
        grant: async (_request, { signal }) => {
          begin();
          if (!signal.aborted) await once(signal, 'abort');
          throw signal.reason;
        },
      }),
    ],
  });
  const id = service.conductorone.tasks.add(grant);
  await begun;
  await service.stop();
  const report = await service.conductorone.tasks.finished(id);
  assert.deepEqual(failureOf(report), { code: Code.Unavailable, retryable: true });
});
