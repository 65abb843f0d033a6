// What every change goes through: turns and retries.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { JsonObject } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { createContextValues, createHandlerContext, type HandlerContext } from '@connectrpc/connect';
import pino, { type Logger } from 'pino';
import { z } from 'zod';
import { ActionService, BatonActionStatus } from '#gen/c1/connector/v2/action_pb.js';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceManagerService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { action, resourceIdArgument } from '../../../../src/baton/author/action.ts';
import { Code, type ErrorDetail, ServiceError } from '../../../../src/baton/author/service-error.ts';
import type { RetryPolicy } from '../../../../src/baton/net/retry.ts';
import { Waits } from '../../../../src/baton/net/waits.ts';
import { loggerKey } from '../../../../src/baton/services/call-context.ts';
import { Changes, defaultChangePolicy } from '../../../../src/baton/services/provisioning/changes.ts';
import { configFor } from '../../credentials/config-for.ts';
import { createChangingLibrary } from '../changing-library.ts';
import { testEachWay } from '../each-way.ts';

const failure = (code: Code, details: readonly ErrorDetail[] = []) =>
  new ServiceError(code, 'not now', { reason: 'test', details });

interface CallOptions {
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number | undefined;
}

function createCall({ logger = pino({ level: 'silent' }), signal, timeoutMs }: CallOptions = {}): HandlerContext & {
  abort(): void;
} {
  return createHandlerContext({
    service: GrantManagerService,
    method: GrantManagerService.method.grant,
    protocolName: 'in-process',
    requestMethod: 'POST',
    url: 'in-process:/',
    contextValues: createContextValues().set(loggerKey, logger),
    ...(signal && { requestSignal: signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
}

interface Change {
  readonly outcome: Promise<string>;
  /** Times that it was done. */
  readonly attempts: () => number;
  readonly pausesMs: number[];
  /** Resolves when the first pause begins. */
  readonly paused: Promise<void>;
  readonly stop: () => void;
}

function startChange(
  failures: readonly unknown[],
  policy: RetryPolicy,
  options: { timeoutMs?: number; stopped?: boolean } = {},
): Change {
  const pausesMs: number[] = [];
  const { promise: paused, resolve: pause } = Promise.withResolvers<void>();
  const write = (line: string) => {
    pausesMs.push(JSON.parse(line).delay_ms);
    pause();
  };
  const logger = pino({ level: 'trace' }, { write });
  const caller = new AbortController();
  if (options.stopped) caller.abort();
  const call = createCall({ logger, signal: caller.signal, timeoutMs: options.timeoutMs });
  let attempts = 0;
  const change = async () => {
    const error = failures[attempts++];
    if (error) throw error;
    return 'done';
  };
  const outcome = new Changes(policy).run(change, call, undefined).finally(() => call.abort());
  return { outcome, attempts: () => attempts, pausesMs, paused, stop: () => caller.abort() };
}

const quick: RetryPolicy = { ...defaultChangePolicy, delayMinMs: 1, delayMaxMs: 2 };
const slow: RetryPolicy = { ...defaultChangePolicy, delayMinMs: 60_000 };

test('a change that fails for the moment is retried, after ever longer pauses up to the longest', async () => {
  const { outcome, attempts, pausesMs } = startChange(
    [failure(Code.Unavailable), failure(Code.DeadlineExceeded), failure(Code.Unavailable)],
    quick,
  );
  assert.deepEqual([await outcome, attempts(), pausesMs], ['done', 4, [1, 2, 2]]);
});

test('while a change waits, its failure is shown', async () => {
  const waits = new Waits();
  const shown: unknown[] = [];
  const change = async () => {
    shown.push(...waits.list().map(({ what, state }) => [what, state]));
    if (shown.length === 0) throw failure(Code.Unavailable);
  };
  await new Changes(quick, waits).run(change, createCall(), undefined);
  assert.deepEqual(shown, [['the change failed: not now', 'attempt 1 of 4']]);
});

test('the failure of the last attempt is that of the change', async () => {
  const last = failure(Code.Unavailable);
  const first = Array.from({ length: 3 }, () => failure(Code.Unavailable));
  const { outcome, attempts } = startChange([...first, last, undefined], quick);
  await assert.rejects(outcome, (error) => error === last);
  assert.equal(attempts(), 4);
});

test('other failures are not retried, and neither are those that no service threw', async () => {
  for (const error of [failure(Code.Internal), failure(Code.FailedPrecondition), new Error('bug')]) {
    const { outcome, attempts } = startChange([error], quick);
    await assert.rejects(outcome, (thrown) => thrown === error);
    assert.equal(attempts(), 1);
  }
});

test('a rate limit says how long to wait, shared by those who may still ask', async () => {
  const resetAt = timestampFromDate(new Date(Date.now() + 40_000));
  for (const [remaining, atMostMs] of [
    [0n, 40_000],
    [4n, 10_000],
  ] as const) {
    const limited = failure(Code.Unavailable, [{ desc: RateLimitDescriptionSchema, value: { resetAt, remaining } }]);
    const { outcome, pausesMs, paused, stop } = startChange([limited], { ...slow, delayMinMs: 1 });
    await paused;
    stop();
    await assert.rejects(outcome);
    const [pauseMs = 0] = pausesMs;
    assert.ok(pauseMs <= atMostMs && pauseMs > atMostMs / 2, `${pauseMs} ms`);
  }
});

test('a pause ends with the caller, and nothing is retried then', async () => {
  const { outcome, attempts, paused, stop } = startChange([failure(Code.Unavailable)], slow);
  await paused;
  stop();
  await assert.rejects(outcome, { name: 'AbortError' });
  assert.equal(attempts(), 1);
});

test('nothing is retried for a caller who is gone', async () => {
  const { outcome, pausesMs } = startChange([failure(Code.Unavailable)], slow, { stopped: true });
  await assert.rejects(outcome, { name: 'AbortError' });
  assert.deepEqual(pausesMs, []);
});

test('a pause that would outlast the call’s deadline is not begun: the caller hears what failed', async () => {
  const { outcome, pausesMs } = startChange([failure(Code.Unavailable)], slow, { timeoutMs: 30_000 });
  await assert.rejects(outcome, { code: Code.Unavailable });
  assert.deepEqual(pausesMs, []);
});

testEachWay('every kind of change is retried, and a generated password stays the same', async (serve) => {
  const failures: ServiceError[] = [];
  const { connector, asked } = createChangingLibrary({ failures });
  const actions: number[] = [];
  const borrow = action({ name: 'borrow' }, z.object({}), async () => {
    const attempt = actions.push(1);
    if (attempt === 1) throw failure(Code.Unavailable);
    return {};
  });
  const { connect } = await serve({ ...connector, actions: [borrow] });
  const principal = { id: { resourceType: 'reader', resource: 'r1' } };
  const entitlement = { id: 'book:b2:borrowed', resource: { id: { resourceType: 'book', resource: 'b2' } } };
  const credentialOptions = { options: { case: 'randomPassword', value: { length: 16n } } } as const;
  const encryptionConfigs = [configFor(generateKeyPairSync('ed25519').publicKey)];
  const changes: (() => Promise<unknown>)[] = [
    () => connect(GrantManagerService).grant({ entitlement, principal }),
    () => connect(GrantManagerService).revoke({ grant: { id: 'book:b2:borrowed:reader:r1', entitlement, principal } }),
    () =>
      connect(AccountManagerService).createAccount({
        accountInfo: { login: 'ann' },
        credentialOptions,
        encryptionConfigs,
        resourceTypeId: 'reader',
      }),
    () =>
      connect(CredentialManagerService).rotateCredential({
        resourceId: principal.id,
        credentialOptions,
        encryptionConfigs,
      }),
    () => connect(ResourceManagerService).deleteResource({ resourceId: principal.id }),
    () => connect(ResourceDeleterService).deleteResourceV2({ resourceId: principal.id }),
  ];
  for (const change of changes) {
    failures.push(failure(Code.Unavailable), failure(Code.DeadlineExceeded));
    await change();
  }
  const { grants, revocations, accounts, rotations, deletions } = asked;
  assert.deepEqual(
    [grants, revocations, accounts, rotations, deletions].map(({ length }) => length),
    [3, 3, 3, 3, 6],
  );
  for (const requests of [accounts, rotations]) {
    assert.equal(new Set(requests.map(({ credential }) => JSON.stringify(credential))).size, 1);
  }
  const { status } = await connect(ActionService).invokeAction({ name: 'borrow' });
  assert.deepEqual([status, actions.length], [BatonActionStatus.COMPLETE, 2]);
});

test('changes of one subject run in the order of their calls, retries included, and others meanwhile', async () => {
  const changes = new Changes(quick);
  const order: string[] = [];
  const ann = { resourceType: 'user', resource: 'ann' };
  const bob = { resourceType: 'user', resource: 'bob' };
  const bobIsDone = Promise.withResolvers<void>();
  let attempts = 0;
  const first = changes.run(
    async () => {
      order.push('ann 1');
      if (++attempts === 1) throw failure(Code.Unavailable);
      await bobIsDone.promise;
    },
    createCall(),
    ann,
  );
  const second = changes.run(async () => void order.push('ann 2'), createCall(), ann);
  await changes.run(async () => void order.push('bob'), createCall(), bob);
  bobIsDone.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(
    order.filter((each) => each !== 'bob'),
    ['ann 1', 'ann 1', 'ann 2'],
  );
  assert.ok(order.indexOf('bob') < order.indexOf('ann 2'));
});

testEachWay('actions on the same resource take turns, however it is written', async (serve) => {
  const running = new Set<string>();
  let mostOfOne = 0;
  const both = Promise.withResolvers<void>();
  const lend = action(
    {
      name: 'lend',
      arguments: [
        {
          name: 'reader',
          field: { case: 'resourceIdField', value: { rules: { allowedResourceTypeIds: ['reader'] } } },
        },
      ],
    },
    z.object({ reader: resourceIdArgument('reader') }),
    async ({ reader }) => {
      mostOfOne = Math.max(mostOfOne, running.has(reader) ? 2 : 1);
      running.add(reader);
      // Readers are served side by side: each waits until the other has come.
      if (running.size === 2) both.resolve();
      await both.promise;
      running.delete(reader);
      return {};
    },
  );
  const { connector } = createChangingLibrary();
  const { connect } = await serve({ ...connector, actions: [lend] });
  const invoke = (reader: JsonObject | string) =>
    connect(ActionService).invokeAction({ name: 'lend', args: { reader } });
  const outcomes = await Promise.all([
    invoke('r1'),
    invoke({ resource_type_id: 'reader', resource_id: 'r1' }),
    invoke('r2'),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    Array.from({ length: 3 }, () => BatonActionStatus.COMPLETE),
  );
  assert.equal(mostOfOne, 1);
});
