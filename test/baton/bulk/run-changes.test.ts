import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import type { Change } from '../../../src/baton/bulk/change.ts';
import { type RunOptions, runChanges } from '../../../src/baton/bulk/run-changes.ts';

const kind = { word: 'lend', fields: new Map(), work: { kind: 'grant', column: 'lend' } } as const;

const changeFor = (line: number, ...names: string[]): Change => ({
  line,
  kind,
  person: names[0] ?? '',
  names,
  values: {},
  fingerprint: String(line),
});
const changes = (count: number) => Array.from({ length: count }, (_, index) => changeFor(index + 1, `p${index + 1}`));

/** Runs changes, and records what begins and ends. */
async function run(some: readonly Change[], options: Partial<RunOptions<void>>) {
  const log: string[] = [];
  let running = 0;
  let most = 0;
  const why = await runChanges<void>(some, {
    concurrency: 3,
    stop: new AbortController().signal,
    graceMs: 60_000,
    onEnd: async ({ line }, end) => void log.push(`${line} ${'error' in end ? 'failed' : 'done'}`),
    ...options,
    apply: async (change, signal) => {
      log.push(`${change.line} begins`);
      running += 1;
      most = Math.max(most, running);
      try {
        await setImmediate();
        await options.apply?.(change, signal);
      } finally {
        running -= 1;
      }
    },
  });
  const ended = log.filter((entry) => !entry.endsWith('begins'));
  return { why, log, ended, most };
}

const unavailable = () => Promise.reject(new ServiceError(Code.Unavailable, 'down', { reason: 'down' }));

test('as many changes as allowed are under way at once', async () => {
  const { why, ended, most } = await run(changes(10), {});
  assert.deepEqual([why, ended.length, most], [undefined, 10, 3]);
});

test('changes of one person are made in the order of the file, by whichever of the names', async () => {
  const some = [changeFor(1, 'ada', 'a@x'), changeFor(2, 'bob'), changeFor(3, 'a@x', 'ada2'), changeFor(4, 'ada2')];
  const { log } = await run(some, { concurrency: 4 });
  const of = (line: number, what: string) => log.indexOf(`${line} ${what}`);
  assert.ok(of(3, 'begins') > of(1, 'done') - 1 && of(4, 'begins') > of(3, 'begins') + 1, log.join());
  assert.ok(of(2, 'begins') < of(1, 'done'), 'others do not wait');
});

test('a failure of one change does not end the run', async () => {
  const fail = () => Promise.reject(new Error('bug'));
  const { why, ended } = await run(changes(30), { apply: fail });
  assert.deepEqual([why, ended.length], [undefined, 30]);
});

test('ten changes in a row that find the application unavailable end it', async () => {
  const { why, ended } = await run(changes(30), { apply: unavailable });
  assert.equal(why, '10 changes in a row found the application unavailable');
  // The others were under way already.
  assert.ok(ended.length >= 10 && ended.length <= 12, String(ended.length));
  const mixed = await run(changes(30), { apply: ({ line }) => (line % 9 === 0 ? Promise.resolve() : unavailable()) });
  assert.deepEqual([mixed.why, mixed.ended.length], [undefined, 30]);
});

test('rejected credentials end it: no other change can succeed', async () => {
  const apply = () => Promise.reject(new ServiceError(Code.Unauthenticated, 'no', { reason: 'no' }));
  const { why, ended } = await run(changes(30), { apply });
  assert.equal(why, 'the application rejects the credentials or their permissions');
  assert.ok(ended.length <= 3);
});

test('a stop lets changes that are under way finish, and begins no other', async () => {
  const stop = new AbortController();
  const { ended, log } = await run(changes(10), {
    stop: stop.signal,
    apply: async ({ line }) => {
      if (line === 1) stop.abort(new Error('stopped by SIGINT'));
    },
  });
  assert.deepEqual(ended.toSorted(), ['1 done', '2 done', '3 done']);
  assert.equal(log.filter((entry) => entry.endsWith('begins')).length, 3);
});

test('a change that does not finish in time after a stop has no result', async () => {
  const stop = new AbortController();
  const { ended } = await run(changes(10), {
    stop: stop.signal,
    graceMs: 1,
    apply: async ({ line }, signal) => {
      if (line === 1) return;
      stop.abort(new Error('stopped by SIGINT'));
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  assert.deepEqual(ended, ['1 done']);
});

test('a result that cannot be kept ends it with that error', async () => {
  let begun = 0;
  const result = run(changes(30), {
    apply: async () => {
      begun += 1;
    },
    onEnd: () => Promise.reject(new Error('disk full')),
  });
  await assert.rejects(result, /disk full/);
  assert.ok(begun <= 6, String(begun));
});
