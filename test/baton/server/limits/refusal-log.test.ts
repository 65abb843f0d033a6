import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { RefusalLog } from '../../../../src/baton/server/limits/refusal-log.ts';
import { defaultLimits, limitSettings } from '../../../../src/baton/server/limits/server-limits.ts';
import { until } from '../until.ts';

function createLog(betweenMs: number) {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line)) });
  return { lines, log: new RefusalLog(logger, defaultLimits, limitSettings, betweenMs) };
}

test('many refusals by one limit are one line now and one with their number later', async () => {
  const { lines, log } = createLog(50);
  for (let count = 0; count < 1000; count++) log.add('connectionsMax', 'refused a connection', `127.0.0.1:${count}`);
  log.add('idleTimeoutMs', 'closed an idle connection', undefined);
  const first = { level: 40, setting: 'max-connections', limit: 256, msg: 'refused a connection' };
  assert.deepEqual(lines, [
    { ...first, refused: 1, peer: '127.0.0.1:0' },
    { level: 40, setting: 'idle-timeout', limit: 900_000, msg: 'closed an idle connection', refused: 1 },
  ]);
  await until('the rest is reported', () => lines.length === 3);
  assert.deepEqual(lines[2], { ...first, refused: 999 });
});

test('after a quiet time, the next refusal is a line at once', async () => {
  const { lines, log } = createLog(1);
  log.add('connectionsMax', 'refused a connection', undefined);
  // Timers of the same duration end in their order.
  await new Promise((resolve) => setTimeout(resolve, 1));
  log.add('connectionsMax', 'refused a connection', undefined);
  assert.deepEqual(
    lines.map(({ refused }) => refused),
    [1, 1],
  );
});
