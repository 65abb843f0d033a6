// When the next task is asked for. What that looks like to ConductorOne is tested in ../run-service.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import pino from 'pino';
import { type Task, TaskSchema } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { runTaskLoop } from '../../../../src/baton/conductorone/tasks/task-loop.ts';
import { quickServiceTiming } from './quick-service-timing.ts';

const logger = pino({ level: 'silent' });
const hourMs = 3_600_000;

function taskWith(id: string): Task {
  return create(TaskSchema, { id, taskType: { case: 'hello', value: {} } });
}

test('a task that is handed out again and again does not speed up the polls', async () => {
  const stop = new AbortController();
  let polls = 0;
  let runs = 0;
  const loop = runTaskLoop({
    source: {
      next: async () => ({ task: polls++ < 1000 ? taskWith('a') : undefined, nextPollMs: hourMs }),
      done: () => {},
    },
    work: async () => void runs++,
    concurrency: 3,
    timing: quickServiceTiming,
    logger,
    signal: stop.signal,
  });
  while (runs === 0) await sleep(1);
  await sleep(20);
  // When it came, when it ended, and once more at most.
  assert.ok(polls <= 3, `${polls} polls`);
  stop.abort();
  await loop;
});

test('a task that is handed out again while it runs is not run twice', async () => {
  const stop = new AbortController();
  const gate = Promise.withResolvers<void>();
  const handedOut = ['a', 'a', 'b'];
  const ran: string[] = [];
  const done = Promise.withResolvers<void>();
  const loop = runTaskLoop({
    source: {
      next: async () => {
        const id = handedOut.shift();
        return { task: id === undefined ? undefined : taskWith(id), nextPollMs: 0 };
      },
      done: () => {},
    },
    work: async ({ id }) => {
      ran.push(id);
      if (id === 'b') done.resolve();
      await gate.promise;
    },
    concurrency: 3,
    timing: quickServiceTiming,
    logger,
    signal: stop.signal,
  });
  await done.promise;
  assert.deepEqual(ran, ['a', 'b']);
  gate.resolve();
  stop.abort();
  await loop;
});
