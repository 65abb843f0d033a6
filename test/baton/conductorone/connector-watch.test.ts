import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { ConnectorWatch } from '../../../src/baton/conductorone/connector-watch.ts';
import type { TaskOutcome } from '../../../src/baton/conductorone/tasks/task-outcome.ts';
import { quickServiceTiming } from './tasks/quick-service-timing.ts';

const never = 1_000_000_000;
const refused = new ServiceError(Code.Unauthenticated, 'answered 401. Check the API token', { reason: 'refused' });
const unavailable = new ServiceError(Code.Unavailable, 'answered 503', { reason: 'unavailable' });
const succeeded: TaskOutcome = { kind: 'succeeded', annotations: [] };
const failedWith = (error: unknown): TaskOutcome => ({ kind: 'failed', error, retryable: false, annotations: [] });

/** Starts a watch whose checks wait for {@link answer}. It ends with the test. */
function startWatch(t: TestContext, timing: Partial<typeof quickServiceTiming> = {}) {
  const lines: { level: string; msg: string; error?: string }[] = [];
  const logger = pino(
    { base: null, formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  const stopping = new AbortController();
  const asked: PromiseWithResolvers<void>[] = [];
  let onAsked = Promise.withResolvers<void>();
  const watch = new ConnectorWatch({
    validate: () => {
      const answer = Promise.withResolvers<void>();
      asked.push(answer);
      onAsked.resolve();
      onAsked = Promise.withResolvers();
      return answer.promise;
    },
    timing: { ...quickServiceTiming, ...timing },
    logger,
    signal: stopping.signal,
  });
  const running = watch.run();
  t.after(async () => {
    stopping.abort();
    await running;
  });
  return {
    watch,
    lines,
    asked,
    /** Answers the check that is under way. */
    answer: async (error?: unknown) => {
      if (error === undefined) asked.at(-1)?.resolve();
      else asked.at(-1)?.reject(error);
      await new Promise(setImmediate);
    },
    /** Resolves with the next check. */
    next: () => onAsked.promise,
  };
}

test('the program is not ready before the first check, and is after one that succeeds, which says nothing', async (t) => {
  const { watch, lines, asked, answer } = startWatch(t);
  assert.match(watch.findUnreadiness() ?? '', /have not been checked yet/);
  await answer();
  assert.equal(watch.findUnreadiness(), undefined);
  assert.deepEqual([lines, asked.length], [[], 1]);
});

test('settings that the application refuses are an error with the remedy, and not ready, until a check succeeds', async (t) => {
  const { watch, lines, answer, next } = startWatch(t);
  for (let count = 1; count <= 3; count++) {
    const again = next();
    await answer(refused);
    assert.match(watch.findUnreadiness() ?? '', /does not work with its settings: answered 401\. Check the API token/);
    await again;
  }
  assert.deepEqual(
    lines.map(({ level, error }) => [level, error]),
    Array(3).fill(['error', 'answered 401. Check the API token']),
  );
  await answer();
  assert.equal(watch.findUnreadiness(), undefined);
  assert.deepEqual([lines.at(-1)?.level, lines.at(-1)?.msg], ['info', 'the connector works with its settings now']);
});

test('an application that is down is a warning and checked again, but the program is ready', async (t) => {
  const { watch, lines, answer, next } = startWatch(t);
  const again = next();
  await answer(unavailable);
  assert.equal(watch.findUnreadiness(), undefined);
  assert.deepEqual(
    lines.map(({ level }) => level),
    ['warn'],
  );
  await again;
  await answer(refused);
  assert.match(watch.findUnreadiness() ?? '', /answered 401/);
  // Whether the settings are right is as unknown as before.
  await next();
  await answer(unavailable);
  assert.match(watch.findUnreadiness() ?? '', /answered 401/);
});

test('a task that succeeds is a reason to look again, long before the delay is over', async (t) => {
  const { watch, answer, next } = startWatch(t, { checkDelayMinMs: never, checkDelayMaxMs: never });
  const again = next();
  await answer(refused);
  watch.taskEnded(failedWith(refused));
  watch.taskEnded(succeeded);
  await again;
  await answer();
  assert.equal(watch.findUnreadiness(), undefined);
});

test('a task that the application refuses is a reason to look again; another failure is not', async (t) => {
  const { watch, lines, asked, answer, next } = startWatch(t);
  await answer();
  watch.taskEnded(failedWith(unavailable));
  watch.taskEnded(failedWith(new TypeError('x')));
  watch.taskEnded(succeeded);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(asked.length, 1);
  for (const result of [undefined, refused]) {
    assert.deepEqual(lines, []);
    const again = next();
    watch.taskEnded(failedWith(refused));
    await again;
    await answer(result);
  }
  assert.match(watch.findUnreadiness() ?? '', /answered 401/);
});
