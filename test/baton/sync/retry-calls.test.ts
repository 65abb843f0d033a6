import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { pino } from 'pino';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { Code } from '../../../src/baton/author/code.ts';
import { ServiceError } from '../../../src/baton/author/service-error.ts';
import { Waits } from '../../../src/baton/net/waits.ts';
import { retryCall } from '../../../src/baton/sync/retry-calls.ts';

const failure = (code: Code) => new ServiceError(code, 'closed for lunch', { reason: 'closed' });

/** Makes a call that fails some times; what was logged of it. */
async function callFailing(
  failures: readonly unknown[],
  { timeoutMs = 60_000, signal = new AbortController().signal } = {},
) {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  let calls = 0;
  const call = async () => {
    const error = failures[calls++];
    if (error) throw error;
    return 'answer';
  };
  const options = { callRetry: { timeoutMs, delayMinMs: 1 }, logger, signal };
  return { result: retryCall(options, () => 'ListGrants of book b1', call), lines, calls: () => calls };
}

for (const code of [Code.Unavailable, Code.DeadlineExceeded]) {
  test(`a call that fails with code ${code} is retried, and the log names it`, async () => {
    const { result, lines, calls } = await callFailing([failure(code), failure(code), failure(code)]);
    assert.equal(await result, 'answer');
    assert.equal(calls(), 4);
    assert.deepEqual(
      lines.map(({ level, msg, call, attempt, delay_ms, reason }) => [level, msg, call, attempt, delay_ms, reason]),
      [1, 2, 3].map((attempt) => [
        40,
        'a call of the sync failed; retrying',
        'ListGrants of book b1',
        attempt,
        attempt,
        'closed for lunch',
      ]),
    );
    assert.match(String(lines[0]?.code), /^(UNAVAILABLE|DEADLINE_EXCEEDED)$/);
  });
}

for (const error of [
  failure(Code.ResourceExhausted),
  failure(Code.NotFound),
  failure(Code.Internal),
  new Error('bug'),
]) {
  test(`a call that fails with ${error.message} (${'code' in error ? error.code : 'no code'}) is not retried`, async () => {
    const { result, calls } = await callFailing([error]);
    await assert.rejects(result, error);
    assert.equal(calls(), 1);
  });
}

test('retries end with the timeout', async () => {
  const forever = Array.from({ length: 1000 }, () => failure(Code.Unavailable));
  const { result, calls } = await callFailing(forever, { timeoutMs: 30 });
  await assert.rejects(result, { code: Code.Unavailable });
  // 1 + 2 + … + 7 = 28 ms of delays.
  assert.ok(calls() > 1 && calls() <= 8, `${calls()} calls`);
});

test('a timeout of 0 means no retry', async () => {
  const { result, calls } = await callFailing([failure(Code.Unavailable)], { timeoutMs: 0 });
  await assert.rejects(result, { code: Code.Unavailable });
  assert.equal(calls(), 1);
});

const limited = (inMs: number, summary?: string) =>
  new ServiceError(Code.Unavailable, 'too fast', {
    reason: 'limited',
    summary,
    details: [{ desc: RateLimitDescriptionSchema, value: { resetAt: timestampFromMs(Date.now() + inMs) } }],
  });

test('a wait that the application asks for is waited out, however short the timeout, but for an hour at most', async () => {
  for (const [askedMs, expectedMs] of [
    [30 * 60_000, 30 * 60_000],
    [2 * 3_600_000, 3_600_000],
  ] as const) {
    const stop = new AbortController();
    const { result, lines } = await callFailing([limited(askedMs)], { timeoutMs: 60_000, signal: stop.signal });
    stop.abort(new Error('stopped'));
    await assert.rejects(result, /stopped/);
    const delayMs = Number(lines[0]?.delay_ms);
    assert.ok(delayMs > expectedMs - 60_000 && delayMs <= expectedMs, `${delayMs} ms`);
  }
});

test('but no further wait begins after the timeout', async () => {
  const { result, calls } = await callFailing([limited(200), limited(3_600_000)], { timeoutMs: 100 });
  await assert.rejects(result, /too fast/);
  assert.equal(calls(), 2);
});

test('an abort ends the wait for a retry', async () => {
  const stop = new AbortController();
  const { result } = await callFailing([limited(30_000)], { signal: stop.signal });
  stop.abort(new Error('stopped'));
  await assert.rejects(result, /stopped/);
});

test('while a call waits, its name and failure are shown', async () => {
  const waits = new Waits();
  const shown: unknown[] = [];
  const call = async () => {
    shown.push(...waits.list().map(({ what, state }) => [what, state]));
    if (shown.length === 0) throw failure(Code.Unavailable);
  };
  const logger = pino({ level: 'silent' });
  const callRetry = { timeoutMs: 60_000, delayMinMs: 1 };
  await retryCall({ callRetry, logger, waits, signal: new AbortController().signal }, () => 'ListGrants of b1', call);
  assert.deepEqual(shown, [['the ListGrants of b1 failed: closed for lunch', 'attempt 1']]);
});

test('a failure with a summary is shown by it', async () => {
  const waits = new Waits();
  const shown: unknown[] = [];
  const call = async () => {
    shown.push(...waits.list().map(({ what, state }) => [what, state]));
    if (shown.length === 0) throw limited(50, 'Acme asked to wait 1 s (429)');
  };
  const logger = pino({ level: 'silent' });
  await retryCall(
    { callRetry: { timeoutMs: 60_000 }, logger, waits, signal: AbortSignal.timeout(10_000) },
    () => 'x',
    call,
  );
  assert.deepEqual(shown, [['Acme asked to wait 1 s (429)', 'attempt 1']]);
});
