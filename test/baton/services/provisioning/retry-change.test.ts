import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { createContextValues, createHandlerContext } from '@connectrpc/connect';
import pino from 'pino';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import { Code, type ErrorDetail, ServiceError } from '../../../../src/baton/author/service-error.ts';
import type { RetryPolicy } from '../../../../src/baton/net/retry.ts';
import { loggerKey } from '../../../../src/baton/services/call-context.ts';
import { defaultChangePolicy, retryChange } from '../../../../src/baton/services/provisioning/retry-change.ts';
import { createChangingLibrary } from '../changing-library.ts';
import { testEachWay } from '../each-way.ts';

const failure = (code: Code, details: readonly ErrorDetail[] = []) =>
  new ServiceError(code, 'not now', { reason: 'test', details });

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
  const call = createHandlerContext({
    service: GrantManagerService,
    method: GrantManagerService.method.grant,
    protocolName: 'in-process',
    requestMethod: 'POST',
    url: 'in-process:/',
    requestSignal: caller.signal,
    contextValues: createContextValues().set(loggerKey, logger),
    ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
  });
  let attempts = 0;
  const change = async () => {
    const error = failures[attempts++];
    if (error) throw error;
    return 'done';
  };
  const outcome = retryChange(change, call, policy).finally(() => call.abort());
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

testEachWay('grants and revocations are retried', async (serve) => {
  const failures = [failure(Code.Unavailable)];
  const { connector, asked } = createChangingLibrary({ failures });
  const manager = (await serve(connector)).connect(GrantManagerService);
  const principal = { id: { resourceType: 'reader', resource: 'r1' } };
  const entitlement = { id: 'book:b2:borrowed', resource: { id: { resourceType: 'book', resource: 'b2' } } };
  await manager.grant({ entitlement, principal });
  failures.push(failure(Code.DeadlineExceeded));
  await manager.revoke({ grant: { id: 'book:b2:borrowed:reader:r1', entitlement, principal } });
  assert.deepEqual([asked.grants.length, asked.revocations.length], [2, 2]);
});
