// Writes the table of metrics in docs/telemetry.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { metrics } from '../src/baton/instruments/metrics.ts';

/** The page with its last table up to date. */
export function describeMetrics(page: string): string {
  const rows = Object.entries(metrics).map(
    ([name, { kind, unit, description, attributes }]) =>
      `| \`${name}\` | ${kind} | \`${unit}\` | ${description} | ${attributes.map((each) => `\`${each}\``).join(', ')} |\n`,
  );
  return page.replace(/(\n\| metric \|.*\n\| ---.*\n)(?:\|.*\n)*/, (_, head: string) => head + rows.join(''));
}

if (import.meta.main) {
  const path = new URL('../docs/telemetry.md', import.meta.url);
  writeFileSync(path, describeMetrics(readFileSync(path, 'utf8')));
}
