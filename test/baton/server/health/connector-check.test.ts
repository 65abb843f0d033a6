import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import {
  type ConnectorCheckOptions,
  createConnectorCheck,
} from '../../../../src/baton/server/health/connector-check.ts';

/** A check over a connector that fails while `fault` is set, and a clock that the test moves. */
function start(options: Partial<ConnectorCheckOptions> = {}) {
  const state = { fault: undefined as Error | undefined, asked: 0, nowMs: 0 };
  const check = createConnectorCheck({
    validate: async () => {
      state.asked += 1;
      if (state.fault) throw state.fault;
    },
    now: () => state.nowMs,
    ...options,
  });
  return { state, check };
}

test('a connector that can work is asked again after 30 seconds and not before', async () => {
  const { state, check } = start();
  assert.equal(await check.find(), undefined);
  state.fault = new Error('gone');
  state.nowMs = 29_999;
  assert.equal(await check.find(), undefined);
  assert.equal(state.asked, 1);
  state.nowMs = 30_000;
  assert.notEqual(await check.find(), undefined);
  assert.equal(state.asked, 2);
});

test('one that cannot work is asked again after 5 seconds and not before', async () => {
  const { state, check } = start();
  state.fault = new ServiceError(Code.Unauthenticated, 'the token has expired', { reason: 'token_expired' });
  assert.equal((await check.find())?.message, 'the token has expired');
  state.fault = undefined;
  state.nowMs = 4999;
  assert.equal((await check.find())?.message, 'the token has expired');
  state.nowMs = 5000;
  assert.equal(await check.find(), undefined);
  assert.equal(state.asked, 2);
});

test('those who ask at the same time share one answer', async () => {
  const answer = Promise.withResolvers<void>();
  let asked = 0;
  const { check } = start({
    validate: () => {
      asked += 1;
      return answer.promise;
    },
  });
  const both = [check.find(), check.find()];
  answer.resolve();
  assert.deepEqual(await Promise.all(both), [undefined, undefined]);
  assert.equal(asked, 1);
});

test('a failure that nobody foresaw keeps its text for the log', async () => {
  const { state, check } = start();
  state.fault = new Error('secret internals');
  const fault = await check.find();
  assert.equal(fault?.message, 'Internal Server Error');
  assert.equal(fault?.error, state.fault);
});

test('a connector that takes too long is told so by its signal, and need not heed it', async () => {
  let signal: AbortSignal | undefined;
  const { check } = start({
    timeoutMs: 2,
    validate: (given) => {
      signal = given;
      return new Promise(() => {});
    },
  });
  assert.equal((await check.find())?.message, 'the connector did not respond within 0.002 s');
  assert.equal(signal?.aborted, true);
});

test('stop ends what is under way', async () => {
  const { check } = start({ validate: () => new Promise(() => {}) });
  const found = check.find();
  check.stop();
  assert.equal((await found)?.message, 'the program is stopping');
});
