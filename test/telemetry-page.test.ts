// docs/telemetry.md: its settings and metrics are those of the program.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { describeMetrics } from '../scripts/describe-metrics.ts';
import { telemetryFields } from '../src/baton/config/fields/telemetry.ts';

const page = readFileSync(new URL('../docs/telemetry.md', import.meta.url), 'utf8');

test('the table of metrics is up to date', () => {
  assert.equal(describeMetrics(page), page, 'run node scripts/describe-metrics.ts');
});

test('the table of settings has them all', () => {
  const flags = Array.from(page.matchAll(/^\| `--([a-z-]+)` /gm), ([, flag]) => flag);
  assert.deepEqual(flags.sort(), telemetryFields.map(({ name }) => name).sort());
});
