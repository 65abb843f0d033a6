import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { WaitLog } from '../../../src/baton/log/wait-log.ts';
import { Waits } from '../../../src/baton/net/waits.ts';

function createLog() {
  const clock = { ms: 0 };
  const now = () => clock.ms;
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write: (line) => lines.push(JSON.parse(line)) },
  );
  const waits = new Waits(now);
  const log = new WaitLog(logger, waits, now);
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.ms += 1000;
      log.tick();
    }
  };
  return { waits, lines, pass };
}

test('a wait is logged after 30 s, and then ever less often, up to every five minutes', () => {
  const { waits, lines, pass } = createLog();
  waits.begin({ what: 'waiting for the report', state: 'PENDING', atMostMs: 5 * 3_600_000 });
  pass(1800);
  const waited = lines.map(({ waited_ms }) => Number(waited_ms) / 1000);
  assert.deepEqual(waited, [30, 60, 120, 240, 480, 780, 1080, 1380, 1680]);
  assert.deepEqual(lines[0], {
    level: 'info',
    state: 'PENDING',
    waited_ms: 30_000,
    at_most_ms: 18_000_000,
    msg: 'waiting for the report',
  });
});

test('a wait that ends sooner is not logged, and the next one counts from its own beginning', () => {
  const { waits, lines, pass } = createLog();
  for (let time = 0; time < 3; time += 1) {
    using _ = waits.begin({ what: 'waiting for a response' });
    pass(29);
  }
  assert.deepEqual(lines, []);
});
